import { fit, panBy, showActualSize, showArea, zoomBy } from '../image/viewport.ts';
import type { KeyBinding } from '../keys.ts';
import { goTo, place } from '../location.ts';
import { LAYER_FACTS, toggleLayer } from './layers.ts';
import { goToStep, nextStep, previousStep } from './step-bar.tsx';
import { addressOfSample, shownSample, type TrainingState } from './training-state.ts';

const ZOOM_STEP = 1.35;
const PAN_PX = 60;

const pan = (key: string, x: number, y: number): KeyBinding => ({
  key,
  does: 'move the picture',
  act: () => panBy({ x: x * PAN_PX, y: y * PAN_PX }),
});

/** The keys of the view of training pictures. */
export function augmentationKeys(state: TrainingState): readonly KeyBinding[] {
  return [
    { key: 'j', does: 'next step', act: () => moveStep(state, nextStep) },
    { key: 'k', does: 'previous step', act: () => moveStep(state, previousStep) },
    { key: 'Home', does: 'first step', act: () => moveStep(state, () => 0) },
    { key: 'End', does: 'last step', act: () => moveStep(state, (steps) => steps - 1) },
    { key: 'n', does: 'next picture of the step, large', act: () => moveSlot(state, 1) },
    { key: 'p', does: 'previous picture of the step, large', act: () => moveSlot(state, -1) },
    { key: 'g', does: 'all pictures of the step', act: () => goTo(addressOfSample({ slot: null })) },
    { key: '+', does: 'zoom in', act: () => zoomBy(ZOOM_STEP) },
    { key: '=', does: 'zoom in', act: () => zoomBy(ZOOM_STEP) },
    { key: '-', does: 'zoom out', act: () => zoomBy(1 / ZOOM_STEP) },
    { key: '0', does: 'show all of the picture', act: fit },
    { key: 'z', does: 'pixel for pixel', act: showActualSize },
    { key: 'f', does: 'show the object that is looked at', act: () => showFocused(state) },
    pan('ArrowLeft', 1, 0),
    pan('ArrowRight', -1, 0),
    pan('ArrowUp', 0, 1),
    pan('ArrowDown', 0, -1),
    ...LAYER_FACTS.map(({ key, layer, title }) => ({ key, does: `show or hide ${title}`, act: () => toggleLayer(layer) })),
  ];
}

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

function showFocused(state: TrainingState): void {
  const { slot } = shownSample.value;
  const loading = slot === null ? null : state.slot(slot).loading.value;
  const object = loading?.state === 'there' ? loading.facts.facts.objects.find(({ name }) => name === place.value.query.object) : undefined;
  if (object !== undefined) showArea(object.box);
}
