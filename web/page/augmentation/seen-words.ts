import type { AugmentRecipe, DropReason, Jitter, Occlusion, Placement } from '../../../augment/index.ts';
import { boxArea, type LabelSource, type Size } from '../../../core/index.ts';
import type { SeenObject, TrainedRound } from '../../contract/training.ts';

export const DROP_REASONS = ['outside', 'too-small', 'occluded', 'over-limit'] as const satisfies readonly DropReason[];

/** Why an object is not learned, under a recipe; nothing of one that is. */
export function dropWords({ dropped, occlusion }: Pick<SeenObject, 'dropped' | 'occlusion'>, recipe: AugmentRecipe): string {
  if (occlusion !== null) return occludedWords(occlusion, recipe);
  if (dropped === 'outside') return 'it lies off the picture';
  if (dropped === 'too-small') return `fewer than ${recipe.minVisiblePx} px of it are on the picture`;
  if (dropped === 'over-limit') return `the picture has ${recipe.maxInstances} others already, and no more are learned`;
  return '';
}

function occludedWords({ cause, visiblePx2, picturePx2 }: Occlusion, { minVisiblePx, occlusion: rule }: AugmentRecipe): string {
  if (visiblePx2 === 0) return 'pasted objects hide all of it';
  const inPicture = `${picturePx2} px in the picture that it is from`;
  const least = rule.kind === 'paper' ? `where more than ${rule.remainingPx} are needed` : '';
  if (cause === 'whole-picture')
    return `nothing is pasted over it, but over others of its picture so that boxes moved; then small ones go, too: it has ${inPicture}, ${least}`;
  const left = `pasted objects leave ${visiblePx2} px of it visible`;
  if (cause === 'min-px') return `${left}, fewer than ${minVisiblePx}`;
  if (rule.kind === 'paper') return `${left}, ${inPicture}, ${least}`;
  return `${left}, less than ${Number((rule.minVisibleFraction * 100).toFixed(1))} %`;
}

/** By whom an object was labeled. */
export const labelWords = (source: LabelSource): string =>
  source.by === 'human' ? 'human' : `pseudo-label, weight ${source.weight.toFixed(2)}`;

/** How many are dropped, by reason; the word for none where there are none. */
export function droppedWords(objects: readonly Pick<SeenObject, 'dropped'>[]): string {
  const parts = DROP_REASONS.flatMap((reason) => {
    const count = objects.filter(({ dropped }) => dropped === reason).length;
    return count === 0 ? [] : [`${count} ${reason}`];
  });
  return parts.join(', ') || 'none';
}

/** What was drawn by chance for a picture, by name. */
export function placementWords(
  { scale, scaled, x, y, flip, verticalFlip }: Placement,
  { from, to }: Jitter,
  canvas: Size,
): [string, string][] {
  const mirrored = [...(flip ? ['left to right'] : []), ...(verticalFlip ? ['top to bottom'] : [])];
  const shown = boxArea({
    x1: Math.max(0, x),
    y1: Math.max(0, y),
    x2: Math.min(canvas.width, x + scaled.width),
    y2: Math.min(canvas.height, y + scaled.height),
  });
  const share = Math.floor((100 * shown) / (scaled.width * scaled.height));
  return [
    ['scale', `${scale.toFixed(3)}, drawn from ${from} to ${to}; 1 fits the picture`],
    ['size', `${scaled.width} × ${scaled.height} px`],
    ['mirrored', mirrored.join(' and ') || 'no'],
    ['corner', `at ${x}, ${y}; ${share === 100 ? 'all' : `${share} %`} of it is shown`],
  ];
}

/** What the pictures of a step are to the trainer. */
export type StepState = 'seen' | 'to come' | 'never' | 'beyond';

export function stepState({ steps, isOver }: Pick<TrainedRound, 'steps' | 'isOver'>, stepsDone: number, step: number): StepState {
  if (step >= steps) return 'beyond';
  if (step < stepsDone) return 'seen';
  return isOver ? 'never' : 'to come';
}

export function stepWords(
  { round, steps }: Pick<TrainedRound, 'round' | 'steps'>,
  stepsDone: number,
  step: number,
  state: StepState,
): string {
  const words: Readonly<Record<StepState, string>> = {
    seen: `The trainer saw these pictures at step ${step} of round ${round}.`,
    'to come': `The trainer has done ${stepsDone} of ${steps} steps: it will see these pictures at step ${step}, if it gets there.`,
    never: `The training of round ${round} ended after ${stepsDone} of ${steps} steps: nothing was learned from these pictures.`,
    beyond: `Round ${round} has the steps 0 to ${steps - 1}: step ${step} is beyond its end.`,
  };
  return words[state];
}
