import { computed } from '@preact/signals';
import type { PictureFacts } from '../../contract/image.ts';
import { editing } from '../decide/editing.ts';
import { place } from '../location.ts';
import { classColor } from '../mask-paint.ts';
import { LAYERS, type Layer, type LayeredObject, layered, layeredObjects, shownLayers } from './layers.ts';
import { type MaskStyle, spriteOf } from './mask-sprite.ts';
import { focused, picture } from './picture.ts';
import type { StageLayer } from './stage.tsx';

type Color = MaskStyle['color'];

/** Told apart by people who see colours differently (Okabe and Ito, 2008). */
const LAYER_COLORS: Readonly<Record<Layer, Color>> = {
  human: [0, 158, 115],
  kept: [86, 180, 233],
  dropped: [230, 159, 0],
  drawn: [204, 121, 167],
  ignored: [200, 200, 205],
};

/** Whether colours tell layers or classes apart. */
export const coloredBy = computed<'layer' | 'class'>(() => (place.value.query.colors === 'class' ? 'class' : 'layer'));

/** Class indexes by the ids of the classes. */
const classIndexes = computed(() => new Map(picture.value?.facts.categories.map(({ id, classIndex }) => [id, classIndex])));

const classIndexOf = ({ object }: LayeredObject): number => classIndexes.value.get(object.category) ?? 0;

const objectColor = (one: LayeredObject): Color => (coloredBy.value === 'class' ? classColor(classIndexOf(one)) : LAYER_COLORS[one.layer]);

/** Name of an object's colour in the style sheet. */
export const swatchOf = (one: LayeredObject): string =>
  coloredBy.value === 'class' ? `class-${classIndexOf(one) % CLASS_COLORS}` : one.layer;
const CLASS_COLORS = 7;

/** So wide are borders on a picture of a thousand pixels, and never finer than one. */
const BORDER_SHARE = 1 / 700;

/** The masks that are shown, painted, layer by layer. */
export const stageLayers = computed<readonly StageLayer[]>(() => {
  const facts = picture.value?.facts;
  if (facts === undefined) return [];
  // The editor shows the mask of the object itself.
  const edited = editing.value === null ? null : focused.value;
  return paintedLayers(
    facts,
    layeredObjects.value.filter(({ object }) => object !== edited),
  );
});

/** Paints what of a picture will be shown, before it is. */
export function paintAhead(facts: PictureFacts): void {
  paintedLayers(facts, layered(facts));
}

function paintedLayers(facts: PictureFacts, objects: readonly LayeredObject[]): readonly StageLayer[] {
  const borderPx = Math.max(1, Math.round(Math.max(facts.width, facts.height) * BORDER_SHARE));
  return LAYERS.filter((layer) => shownLayers.value.has(layer)).map((layer) =>
    objects
      .filter((one) => one.layer === layer)
      // Small ones stay visible upon large ones.
      .sort((a, b) => b.object.areaPx2 - a.object.areaPx2)
      .map((one) => spriteOf(one.object, { color: objectColor(one), ...LAYER_PAINTS[layer], borderPx }, facts)),
  );
}

const LAYER_PAINTS: Readonly<Record<Layer, Pick<MaskStyle, 'fill' | 'border' | 'hatched'>>> = {
  human: { fill: 70, border: 230, hatched: false },
  kept: { fill: 95, border: 230, hatched: false },
  dropped: { fill: 26, border: 200, hatched: false },
  drawn: { fill: 85, border: 240, hatched: false },
  ignored: { fill: 110, border: 150, hatched: true },
};
