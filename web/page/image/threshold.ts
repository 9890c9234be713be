import { computed, effect, signal } from '@preact/signals';
import type { PictureObject, PredictedObject, PreviewAnswer } from '../../contract/image.ts';
import { addressOf, goTo, place } from '../location.ts';
import { answer } from './answers.ts';
import { picture } from './picture.ts';

/** What became of a prediction, or would under the threshold that is tried. */
export type Decided =
  | { readonly status: 'kept' | 'dropped'; readonly reason: string; readonly by: 'round' | 'policy' | 'threshold' }
  | { readonly status: 'open'; readonly reason: 'not decided yet'; readonly by: 'round' };

/** The threshold that is tried for all classes, 0..1; null for what the round decided. */
export const tried = computed<number | null>(() => {
  const { threshold } = place.value.query;
  const value = threshold === undefined ? Number.NaN : Number(threshold);
  return value >= 0 && value <= 1 ? value : null;
});

export const tryThreshold = (threshold: number | null): void =>
  goTo(addressOf(place.value.path, { ...place.value.query, threshold }), 'replace');

/** What the whole policy says, once the server has said it. */
const preview = signal<(PreviewAnswer & { readonly image: number }) | null>(null);
const QUIET_MS = 120;

/** Asks for what the whole policy would decide, when the slider rests. @returns what ends it */
export const followThreshold = (): (() => void) =>
  effect(() => {
    const threshold = tried.value;
    const facts = picture.value?.facts;
    if (threshold === null || facts == null || facts.said === null) return;
    const { id: image, said } = facts;
    const asked = setTimeout(async () => {
      const told = await answer(`/api/images/${image}/preview`, { round: said.round, threshold }).catch(() => null);
      if (told !== null) preview.value = { ...told, image };
    }, QUIET_MS);
    return () => clearTimeout(asked);
  });

/** Whether the policy has not answered for the threshold that is tried. */
export const isGuessed = computed(() => tried.value !== null && !isAnswered());

const isAnswered = (): boolean => preview.value?.threshold === tried.value && preview.value?.image === picture.value?.facts.id;

/** What becomes of an object; only predictions are decided about. */
export function decisionOf(object: PictureObject): Decided {
  if (object.of !== 'prediction') return { status: 'kept', reason: 'by a person', by: 'round' };
  const threshold = tried.value;
  if (threshold === null) return decidedByRound(object);
  const told = isAnswered() ? preview.value?.decisions[object.name] : undefined;
  return told === undefined ? guess(object, threshold) : { ...told, by: 'policy' };
}

function decidedByRound({ selection }: PredictedObject): Decided {
  if (selection.status === 'open') return { status: 'open', reason: 'not decided yet', by: 'round' };
  return { status: selection.status, reason: selection.reason, by: 'round' };
}

/** Reasons that no threshold changes. */
const FIRM: ReadonlySet<string> = new Set(['accepted', 'rejected', 'replaced', 'empty-mask', 'too-small', 'duplicate']);

/** What the threshold alone says, until the policy has answered. */
function guess(object: PredictedObject, threshold: number): Decided {
  const { selection, confidence } = object;
  if (selection.status !== 'open' && FIRM.has(selection.reason))
    return { status: selection.status, reason: selection.reason, by: 'threshold' };
  if (confidence >= threshold) return { status: 'kept', reason: 'score', by: 'threshold' };
  const ignoreScore = picture.value?.facts.said?.policy.ignoreScore ?? null;
  const isUnsure = ignoreScore !== null && confidence >= ignoreScore;
  return { status: 'dropped', reason: isUnsure ? 'unsure' : 'below-threshold', by: 'threshold' };
}
