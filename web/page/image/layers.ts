import { computed } from '@preact/signals';
import type { PictureFacts, PictureObject } from '../../contract/image.ts';
import { type LayerFacts, layerChoice } from '../layer-choice.ts';
import { picture } from './picture.ts';
import { type Decided, decisionOf } from './threshold.ts';

/** What a picture's objects are told apart by, from the bottom up. */
export const LAYERS = ['ignored', 'dropped', 'kept', 'human', 'drawn'] as const;
export type Layer = (typeof LAYERS)[number];

/** In the order of their keys. */
export const LAYER_FACTS: readonly LayerFacts<Layer>[] = [
  { layer: 'human', key: '1', title: 'human labels', means: 'of the data set' },
  { layer: 'kept', key: '2', title: 'pseudo-labels', means: 'predictions that were kept: the student learns them' },
  { layer: 'dropped', key: '3', title: 'dropped predictions', means: 'below the threshold, or refused: background for the student' },
  { layer: 'drawn', key: '4', title: 'drawn labels', means: 'by people since, or in place of a prediction' },
  { layer: 'ignored', key: '5', title: 'ignore regions', means: 'neither object nor background: unsure, unstable, or a crowd' },
];

/** Where the address does not say it: what the student is told, without what it is not. */
const SHOWN_AT_FIRST: readonly Layer[] = ['human', 'kept', 'drawn', 'ignored'];

export const { shown: shownLayers, toggle: toggleLayer } = layerChoice(LAYERS, SHOWN_AT_FIRST);

export function layerOf(object: PictureObject, decided: Decided): Layer {
  if (object.of === 'human') return object.crowd ? 'ignored' : 'human';
  if (object.of === 'drawn') return 'drawn';
  if (decided.status === 'kept') return 'kept';
  return decided.reason === 'unsure' || decided.reason === 'unstable' ? 'ignored' : 'dropped';
}

/** An object and the layer that it is on. */
export interface LayeredObject {
  readonly object: PictureObject;
  readonly layer: Layer;
  readonly decided: Decided;
}

/** All objects of the picture, under the threshold that is tried. */
export const layeredObjects = computed<readonly LayeredObject[]>(() => (picture.value === null ? [] : layered(picture.value.facts)));

export const layered = ({ objects }: PictureFacts): readonly LayeredObject[] =>
  objects.map((object) => {
    const decided = decisionOf(object);
    return { object, decided, layer: layerOf(object, decided) };
  });

export const layerCounts = computed<ReadonlyMap<Layer, number>>(() => {
  const counts = new Map<Layer, number>();
  for (const { layer } of layeredObjects.value) counts.set(layer, (counts.get(layer) ?? 0) + 1);
  return counts;
});
