import type { KeyBinding } from '../keys.ts';
import { goTo } from '../location.ts';
import { LAYER_FACTS, toggleLayer } from './layers.ts';
import { toggleColors } from './legend.tsx';
import { shapeOf } from './mask-shape.ts';
import { focused, picture } from './picture.ts';
import { galleryAddress } from './picture-head.tsx';
import { stageKeys } from './stage-keys.ts';
import { step } from './steps.ts';
import { showArea } from './viewport.ts';

/** The keys of the picture view. */
export const PICTURE_KEYS: readonly KeyBinding[] = [
  { key: 'j', does: 'next label of the query', act: () => step('next') },
  { key: 'k', does: 'previous label of the query', act: () => step('previous') },
  { key: 'g', does: 'back to the labels', act: () => goTo(galleryAddress()) },
  ...stageKeys(showFocused),
  ...LAYER_FACTS.map(({ key, layer, title }) => ({ key, does: `show or hide ${title}`, act: () => toggleLayer(layer) })),
  { key: '6', does: 'colours by class or by layer', act: toggleColors },
];

function showFocused(): void {
  const [object, shown] = [focused.value, picture.value];
  if (object !== null && shown !== null) showArea(shapeOf(object, shown.facts).area);
}
