import type { KeyBinding } from '../keys.ts';
import { fit, panBy, showActualSize, zoomBy } from './viewport.ts';

const ZOOM_STEP = 1.35;
const PAN_PX = 60;

const pan = (key: string, x: number, y: number): KeyBinding => ({
  key,
  does: 'move the picture',
  act: () => panBy({ x: x * PAN_PX, y: y * PAN_PX }),
});

/** The keys of a picture on its stage. */
export const stageKeys = (showFocused: () => void): readonly KeyBinding[] => [
  { key: '+', does: 'zoom in', act: () => zoomBy(ZOOM_STEP) },
  { key: '=', does: 'zoom in', act: () => zoomBy(ZOOM_STEP) },
  { key: '-', does: 'zoom out', act: () => zoomBy(1 / ZOOM_STEP) },
  { key: '0', does: 'show all of the picture', act: fit },
  { key: 'z', does: 'pixel for pixel', act: showActualSize },
  { key: 'f', does: 'show the object that is looked at', act: showFocused },
  pan('ArrowLeft', 1, 0),
  pan('ArrowRight', -1, 0),
  pan('ArrowUp', 0, 1),
  pan('ArrowDown', 0, -1),
];
