import { signal } from '@preact/signals';
import { MOST_LABELS } from '../../contract/verdicts.ts';
import { decisions } from '../decide/decisions.ts';
import { object } from '../decide/objection.ts';
import { goTo } from '../location.ts';
import { GalleryScroll } from './gallery-scroll.ts';
import { count, fullName } from './label-words.ts';
import { asked, pictureAddress, rememberLabel } from './query.ts';
import { focused, selectAlso, selecting, toggleSelected } from './selection.ts';
import { TileSource } from './tile-source.ts';

/** While a bar is dragged, places are passed that nobody looks at. */
const PASSING_MS = 50;
const REMEMBER_MS = 250;

export const source = new TileSource(() => decisions.writes.peek());
export const scroll = new GalleryScroll();

/** Place of the label that the keys are about; -1 before there is one. */
export const ring = signal(-1);
/** Where an extended selection began. */
let anchor = -1;

let remembering: ReturnType<typeof setTimeout> | undefined;

/** A slider that is moved asks for one list, not for all that it passes. */
const CHANGING_MS = 160;
let changing: ReturnType<typeof setTimeout> | undefined;

/** Begins the list of the address, where its label is, if it names one; the one before is seen until it comes. */
export function beginList(label: string | null): void {
  clearTimeout(changing);
  clearTimeout(remembering);
  source.waiting.value = true;
  changing = setTimeout(() => void showList(label), source.length.value === null ? 0 : CHANGING_MS);
}

async function showList(label: string | null): Promise<void> {
  selecting.value = null;
  const place = await source.begin(asked.value, label, () => {
    clearTimeout(remembering);
    ring.value = -1;
    focused.value = null;
    scroll.labels.value = source.length.value?.labels ?? 0;
    scroll.reset();
  });
  if (place === undefined || ring.value >= 0) return;
  anchor = place ?? -1;
  if (place !== null) focusPlace(place);
}

let wanted: ReturnType<typeof setTimeout> | undefined;

/** Asks for what is seen, some times a second at most. */
export function wantSeen(): void {
  if (wanted !== undefined) return;
  wanted = setTimeout(() => {
    wanted = undefined;
    const seen = placesSeen();
    if (seen !== null) source.want(...seen);
  }, PASSING_MS);
}

/** Asks again for what is seen: the server has written what changes it. */
export function renewSeen(): void {
  const seen = placesSeen();
  if (seen !== null) source.renew(...seen);
}

/** The first place that is drawn and the last one; null where none is. */
function placesSeen(): readonly [number, number] | null {
  const { columns } = scroll.layout.value;
  const { first, count } = scroll.range.value;
  return count === 0 ? null : [first * columns, Math.min(scroll.labels.value, (first + count) * columns) - 1];
}

/** Moves the ring to a place of the list. */
export function focusPlace(place: number, keepAnchor = false): void {
  const last = scroll.labels.value - 1;
  if (last < 0) return;
  ring.value = Math.min(Math.max(0, place), last);
  if (!keepAnchor) anchor = ring.value;
  scroll.reveal(ring.value);
  nameRing();
}

/** Tells others which label has the ring, once its tile is there. */
export function nameRing(): void {
  const tile = source.tile(ring.value);
  focused.value = tile && fullName(tile);
  clearTimeout(remembering);
  if (tile) remembering = setTimeout(() => rememberLabel(tile.name), REMEMBER_MS);
}

/** The view goes: nothing more is asked for or said, and who comes back sees no ring before there is a label in it. */
export function leaveGallery(): void {
  clearTimeout(changing);
  clearTimeout(remembering);
  selecting.value = null;
  source.forget();
  ring.value = -1;
  focused.value = null;
  scroll.labels.value = 0;
}

export const moveRing = (by: number): void => focusPlace(ring.value < 0 ? 0 : ring.value + by);

/** Moves the ring, and selects all from where the ring was when it last moved alone. */
export function extendRing(by: number): void {
  if (anchor < 0) anchor = Math.max(0, ring.value);
  focusPlace(ring.value + by, true);
  selectTo(ring.value);
}

/** Selects from where the ring last was to a place: all of it, or nothing, which is said. */
export function selectTo(place: number): void {
  const [from, to] = [Math.min(Math.max(0, anchor), place), Math.max(anchor, place)];
  const here = source.namesHere(from, to);
  if (here !== null) selectAlso(here);
  else if (to - from < MOST_LABELS) void selectNamed(from, to);
  else
    object(
      `${count(to - from + 1)} labels are more than the ${count(MOST_LABELS)} that can be selected at once: decide about all of the query.`,
    );
}

/** Selects also what is not here, once the server has named it, unless something else is asked for meanwhile. */
async function selectNamed(from: number, to: number): Promise<void> {
  const own = { labels: to - from + 1 };
  selecting.value = own;
  const names = await source.names(from, to).catch((error: Error) => error);
  if (selecting.value !== own) return;
  selecting.value = null;
  if (names instanceof Error) object(`The ${count(own.labels)} labels were not selected: ${names.message}.`);
  else if (names !== null) selectAlso(names);
  else {
    object(`The ${count(own.labels)} labels were not selected: the list is another one now. Look at it, and select again.`);
    renewSeen();
  }
}

export function toggleRing(): void {
  if (focused.value !== null) toggleSelected(focused.value);
}

export function openRing(): void {
  const tile = source.tile(ring.value);
  if (tile) goTo(pictureAddress(tile.image, tile.name));
}
