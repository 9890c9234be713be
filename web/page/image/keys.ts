import type { KeyBinding } from '../keys.ts';
import { goTo } from '../location.ts';
import { LAYER_FACTS, toggleLayer } from './layers.ts';
import { toggleColors } from './legend.tsx';
import { shapeOf } from './mask-shape.ts';
import { focused, picture } from './picture.ts';
import { galleryAddress } from './picture-head.tsx';
import { step } from './steps.ts';
import { fit, panBy, showActualSize, showArea, zoomBy } from './viewport.ts';

const ZOOM_STEP = 1.35;
const PAN_PX = 60;

const pan = (key: string, x: number, y: number): KeyBinding => ({
  key,
  does: 'move the picture',
  act: () => panBy({ x: x * PAN_PX, y: y * PAN_PX }),
});

/** The keys of the picture view. */
export const PICTURE_KEYS: readonly KeyBinding[] = [
  { key: 'j', does: 'next label of the query', act: () => step('next') },
  { key: 'k', does: 'previous label of the query', act: () => step('previous') },
  { key: 'g', does: 'back to the labels', act: () => goTo(galleryAddress()) },
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
  ...LAYER_FACTS.map(({ key, layer, title }) => ({ key, does: `show or hide ${title}`, act: () => toggleLayer(layer) })),
  { key: '6', does: 'colours by class or by layer', act: toggleColors },
];

function showFocused(): void {
  const [object, shown] = [focused.value, picture.value];
  if (object !== null && shown !== null) showArea(shapeOf(object, shown.facts).area);
}
