import { batch, effect, untracked } from '@preact/signals';
import type { NeighbourLabel } from '../../contract/image.ts';
import { decisions } from '../decide/decisions.ts';
import { addressOf, goTo, place } from '../location.ts';
import { paintAhead } from './colors.ts';
import { historySource, loadHistory } from './history.ts';
import {
  focusedName,
  galleryQuery,
  loadNeighbours,
  loadPicture,
  type NeighboursOf,
  neighbours,
  neighboursSource,
  pictureSource,
} from './picture.ts';

/** Where a neighbour of the query is shown, as the view is now. */
export const addressOfNeighbour = ({ name, image }: NeighbourLabel): string =>
  addressOf(`/image/${image}`, { ...place.value.query, label: name });

type Way = 'previous' | 'next';

/** A step that was asked for before it was known where it leads. */
let pending: { readonly way: Way; readonly from: string | null } | null = null;
/** A step whose picture is being fetched. */
let fetching: { readonly from: string | null; readonly to: string } | null = null;

/** A step is void once another label is looked at than the one that it began at. */
const isFromHere = ({ from }: { readonly from: string | null }): boolean => from === focusedName.peek();

/** Whether the label that is shown is being left: what is decided now may be meant for the next one. */
export const isUnderWay = (): boolean =>
  (fetching !== null && isFromHere(fetching)) ||
  (pending !== null && isFromHere(pending) && neighboursSource.loading.peek().state === 'waiting');

/** Takes back the step that is under way. */
export function stay(): void {
  pending = null;
  fetching = null;
}

/** Goes to the label before or after this one in the query, once that is known; at the ends of the query it stays. */
export function step(way: Way): void {
  if (fetching !== null && isFromHere(fetching)) {
    pending = { way, from: fetching.to };
    return;
  }
  const [from, known] = [focusedName.peek(), neighbours.peek()];
  pending = known === null ? { way, from } : null;
  const neighbour = known?.[way] ?? null;
  if (neighbour !== null) void goToNeighbour(from, neighbour);
}

/** Shows all that was fetched at once; what was not, or cannot be, is waited for there. */
async function goToNeighbour(from: string | null, neighbour: NeighbourLabel): Promise<void> {
  const own = { from, to: neighbour.name };
  fetching = own;
  const fetched = await Promise.race([fetchAll(neighbour), patience()]).catch(() => null);
  if (fetching !== own) return;
  fetching = null;
  if (!isFromHere(own)) return;
  batch(() => {
    goTo(addressOfNeighbour(neighbour));
    if (focusedName.peek() !== neighbour.name || fetched === null) return;
    pictureSource.take(fetched.picture);
    historySource.take(fetched.history);
    neighboursSource.take(fetched.neighbours);
  });
}

/** After so long a person is to see that something is loading. */
const PATIENCE_MS = 80;
const patience = (): Promise<null> => new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));

/** Fetches what a step in either way will show, the way forward first, and makes a step that was waited for. @returns what ends it */
export const followNeighbours = (): (() => void) =>
  effect(() => {
    const known = neighbours.value;
    // What is fetched before a decision is written would have to be fetched again.
    const isSettled = decisions.pending.value === 0;
    if (known === null) return;
    untracked(() => {
      if (isSettled) whenIdle(() => prefetchAround(known));
      if (pending !== null && isFromHere(pending)) step(pending.way);
    });
  });

/** The frame with the label that is looked at comes first: fetching competes with it for the machine. */
function prefetchAround(known: NeighboursOf): void {
  if (neighbours.peek() !== known || decisions.pending.peek() > 0) return;
  for (const neighbour of [known.next, known.previous]) if (neighbour !== null) prefetch(neighbour);
}

/** What cannot be fetched is said when it is gone to. */
function prefetch(neighbour: NeighbourLabel): void {
  fetchAll(neighbour).then(
    ({ picture: { facts } }) => whenIdle(() => paintAhead(facts)),
    () => undefined,
  );
}

/** All browsers but one tell when they have nothing to do. */
const whenIdle = (act: () => void): void => void (window.requestIdleCallback?.(act, { timeout: 200 }) ?? setTimeout(act, 30));

async function fetchAll({ name, image }: NeighbourLabel) {
  const [picture, history, beside] = await Promise.all([
    loadPicture(image, name, place.peek().query.round ?? null),
    loadHistory(name),
    loadNeighbours(name, galleryQuery.peek()),
  ]);
  return { picture, history, neighbours: beside };
}
