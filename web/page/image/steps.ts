import { batch, effect, untracked } from '@preact/signals';
import type { NeighbourLabel } from '../../contract/image.ts';
import { addressOf, goTo, place } from '../location.ts';
import { paintAhead } from './colors.ts';
import { historySource, loadHistory } from './history.ts';
import { galleryQuery, loadNeighbours, loadPicture, neighbours, neighboursSource, pictureSource } from './picture.ts';

/** Where a neighbour of the query is shown, as the view is now. */
export const addressOfNeighbour = ({ name, image }: NeighbourLabel): string =>
  addressOf(`/image/${image}`, { ...place.value.query, label: name });

type Way = 'previous' | 'next';
/** A step that was asked for before it was known where it leads. */
let pending: Way | null = null;
let isStepping = false;

/** Goes to the label before or after this one in the query, once that is known; at the ends of the query it stays. */
export function step(way: Way): void {
  const known = isStepping ? null : neighbours.peek();
  pending = known === null ? way : null;
  const neighbour = known?.[way] ?? null;
  if (neighbour !== null) void goToNeighbour(neighbour);
}

/** Shows all that was fetched at once; what was not, or cannot be, is waited for there. */
async function goToNeighbour(neighbour: NeighbourLabel): Promise<void> {
  isStepping = true;
  const fetched = await Promise.race([fetchAll(neighbour), patience()]).catch(() => null);
  isStepping = false;
  batch(() => {
    goTo(addressOfNeighbour(neighbour));
    if (fetched === null) return;
    pictureSource.loading.value = { state: 'there', facts: fetched.picture };
    historySource.loading.value = { state: 'there', facts: fetched.history };
    neighboursSource.loading.value = { state: 'there', facts: fetched.neighbours };
  });
}

/** After so long a person is to see that something is loading. */
const PATIENCE_MS = 80;
const patience = (): Promise<null> => new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));

/** Fetches what a step in either way will show, the way forward first, and makes a step that was waited for. @returns what ends it */
export const followNeighbours = (): (() => void) =>
  effect(() => {
    const known = neighbours.value;
    if (known === null) return;
    untracked(() => {
      for (const neighbour of [known.next, known.previous]) if (neighbour !== null) prefetch(neighbour);
      if (pending !== null) step(pending);
    });
  });

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
