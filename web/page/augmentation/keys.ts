import type { SeenPicture } from '../../contract/training.ts';
import { stageKeys } from '../image/stage-keys.ts';
import { showArea } from '../image/viewport.ts';
import type { KeyBinding } from '../keys.ts';
import { goTo } from '../location.ts';
import { LAYER_FACTS, toggleLayer } from './layers.ts';
import { focusedObject } from './object-focus.ts';
import { goToStep, nextStep, previousStep } from './step-bar.tsx';
import { addressOfSample, shownSample, type TrainingState } from './training-state.ts';

/** The keys of the view of training pictures, whatever it shows. */
export function augmentationKeys(state: TrainingState): readonly KeyBinding[] {
  return [
    { key: 'j', does: 'next step', act: () => moveStep(state, nextStep) },
    { key: 'k', does: 'previous step', act: () => moveStep(state, previousStep) },
    { key: 'Home', does: 'first step', act: () => moveStep(state, () => 0) },
    { key: 'End', does: 'last step', act: () => moveStep(state, (steps) => steps - 1) },
    { key: 'n', does: 'next picture of the step, large', act: () => moveSlot(state, 1) },
    { key: 'p', does: 'previous picture of the step, large', act: () => moveSlot(state, -1) },
    { key: 'g', does: 'all pictures of the step', act: () => goTo(addressOfSample({ slot: null })) },
    ...LAYER_FACTS.map(({ key, layer, title }) => ({ key, does: `show or hide ${title}`, act: () => toggleLayer(layer) })),
  ];
}

/** The keys of a picture that is shown large; where none is, arrows scroll the page. */
export const sampleKeys = (facts: SeenPicture): readonly KeyBinding[] => stageKeys(() => showFocused(facts));

function moveStep(state: TrainingState, to: (steps: number, step: number) => number): void {
  const { step } = shownSample.value;
  const steps = state.round.value?.steps ?? 0;
  if (step !== null && steps > 0 && to(steps, step) !== step) goToStep(to(steps, step));
}

/** Round and round: the first one comes after the last. */
function moveSlot(state: TrainingState, by: 1 | -1): void {
  const batchSize = state.round.value?.batchSize ?? 0;
  if (batchSize === 0) return;
  const slot = shownSample.value.slot ?? (by === 1 ? -1 : 0);
  goTo(addressOfSample({ slot: (slot + by + batchSize) % batchSize }));
}

function showFocused(facts: SeenPicture): void {
  const object = focusedObject(facts);
  if (object !== null) showArea(object.box);
}
