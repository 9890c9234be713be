import { computed, effect, signal, untracked } from '@preact/signals';
import type { NeighboursAnswer, PictureFacts, PictureObject } from '../../contract/image.ts';
import { decisions } from '../decide/decisions.ts';
import { editing } from '../decide/editing.ts';
import { connection } from '../live.ts';
import { lastFacts, Source } from '../loading.tsx';
import { addressOf, goTo, place } from '../location.ts';
import { answer, forgetAnswers } from './answers.ts';
import { pixelsOf } from './pixels.ts';

/** Parts of the address that are of this view; the others are the query of the gallery that led here. */
const OWN: readonly string[] = ['label', 'threshold', 'layers', 'colors'];

export const galleryQuery = computed(() => Object.fromEntries(Object.entries(place.value.query).filter(([name]) => !OWN.includes(name))));

/** A picture with its pixels, and the round that the address asked for. */
export interface LoadedPicture {
  readonly facts: PictureFacts;
  /** Or why they cannot be shown: the file is gone, or is another one. */
  readonly pixels: ImageBitmap | Error;
  readonly roundAsked: string | null;
  /** How many decisions of this page were written when it was asked for. */
  readonly known: number;
}

export const pictureSource = new Source<LoadedPicture>();
/** The neighbours of a label in the query, and whose they are. */
export interface NeighboursOf extends NeighboursAnswer {
  readonly label: string | null;
}

export const neighboursSource = new Source<NeighboursOf>();

/** The picture that is shown: the last one, while the next is on its way or cannot be had. */
export const picture = computed<LoadedPicture | null>(() => lastFacts(pictureSource.loading.value));

/** Name of the label that is looked at, as it stands in the address; an id alone is that of a prediction. */
export const focusedName = computed(() => {
  const { label = null } = place.value.query;
  return label !== null && /^\d+$/.test(label) ? `p${label}` : label;
});

/** The neighbours of the label that is looked at; null while they are on their way. */
export const neighbours = computed<NeighboursOf | null>(() => {
  const known = lastFacts(neighboursSource.loading.value);
  return known?.label === focusedName.value ? known : null;
});

const objectOf = (name: string | null): PictureObject | null => picture.value?.facts.objects.find((object) => object.name === name) ?? null;

/** The object that is looked at. */
export const focused = computed<PictureObject | null>(() => objectOf(focusedName.value));

/** What the pointer is on, or whose entry of the list has the keyboard. */
export const hoveredName = signal<string | null>(null);

/** That object; none once another picture is shown below a pointer that rests. */
export const hovered = computed<PictureObject | null>(() => objectOf(hoveredName.value));

/** Looks at another object of the picture. */
export const focusOn = (name: string | null): void => goTo(addressOf(place.value.path, { ...place.value.query, label: name }), 'replace');

/** The picture that the address names; null where it names none. */
export const imageId = computed(() => {
  const [, id] = /^\/image\/(\d+)$/.exec(place.value.path) ?? [];
  return id === undefined ? null : Number(id);
});
const roundAsked = computed(() => place.value.query.round ?? null);
const queryText = computed(() => JSON.stringify(galleryQuery.value));
const refreshes = signal(0);

/** Asks anew for what is shown: somebody decided something, or the server is there again. */
export function refreshPicture(): void {
  forgetAnswers();
  refreshes.value++;
}

/** Keeps what is shown in step with the address. @returns what ends it */
export function followAddress(): () => void {
  // What was written while another view was shown is not on the picture that stands here.
  let heard = picture.peek()?.known === decisions.writes.peek() ? refreshes.peek() : null;
  const endPicture = effect(() => {
    const [id, label, round] = [imageId.value, focusedName.value, roundAsked.value];
    const isNew = refreshes.value !== heard;
    heard = refreshes.value;
    untracked(() => {
      if (id !== null && (isNew || !isShown(id, label, round))) void pictureSource.ask(() => loadPicture(id, label, round));
    });
  });
  const endNeighbours = effect(() => {
    const [label, query] = [focusedName.value, queryText.value];
    refreshes.value;
    untracked(() => void neighboursSource.ask(() => loadNeighbours(label, JSON.parse(query))));
  });
  const endReturn = followServer();
  return () => {
    endPicture();
    endNeighbours();
    endReturn();
  };
}

/** Asks anew once the server is there again; while a mask is drawn, that waits. */
function followServer(): () => void {
  let wasAway = false;
  return effect(() => {
    const isAway = decisions.away.value !== null || connection.value.state === 'lost';
    if (isAway) wasAway = true;
    else if (wasAway && editing.value === null) {
      wasAway = false;
      untracked(refreshPicture);
    }
  });
}

/** Whether a label is on the picture as it is shown: one of another round brings its round with it. */
function isShown(id: number, label: string | null, round: string | null): boolean {
  const loading = pictureSource.loading.value;
  if (loading.state !== 'there' || loading.facts.facts.id !== id || loading.facts.roundAsked !== round) return false;
  return label === null || loading.facts.facts.objects.some(({ name }) => name === label);
}

export async function loadPicture(id: number, label: string | null, round: string | null): Promise<LoadedPicture> {
  const known = decisions.writes.peek();
  const facts = await answer(`/api/images/${id}`, { label, round });
  return { facts, pixels: await pixelsOf(facts.picture).catch((error: Error) => error), roundAsked: round, known };
}

/** Only what models said and people drew is in queries. */
export async function loadNeighbours(label: string | null, query: Readonly<Record<string, string>>): Promise<NeighboursOf> {
  if (label === null || !/^[pd]\d+$/.test(label)) return { label, previous: null, next: null };
  return { label, ...(await answer('/api/labels/neighbours', { ...query, id: label })) };
}
