import type { SeenObject } from '../../contract/training.ts';
import { type LayerFacts, layerChoice } from '../layer-choice.ts';

/** What is marked on a training picture, from the bottom up. */
export const LAYERS = ['ignored', 'own', 'pasted', 'dropped', 'names'] as const;
export type Layer = (typeof LAYERS)[number];

/** In the order of their keys. */
export const LAYER_FACTS: readonly LayerFacts<Layer>[] = [
  { layer: 'own', key: '1', title: 'its own objects', means: 'of the picture underneath: by people, or pseudo-labels' },
  { layer: 'pasted', key: '2', title: 'pasted objects', means: 'copied from a picture that people labeled' },
  { layer: 'dropped', key: '3', title: 'dropped objects', means: 'of either picture; the student does not learn them here' },
  { layer: 'ignored', key: '4', title: 'ignored regions', means: 'neither object nor background' },
  { layer: 'names', key: '5', title: 'names', means: 'of the objects that are shown' },
];

/** All at first. */
export const { shown: shownLayers, toggle: toggleLayer } = layerChoice(LAYERS, LAYERS);

export function layerOf({ pasted, dropped }: Pick<SeenObject, 'pasted' | 'dropped'>): 'own' | 'pasted' | 'dropped' {
  if (dropped !== null) return 'dropped';
  return pasted ? 'pasted' : 'own';
}

/** Name of an object's colour in the style sheet: of its own ones as in the picture view. */
export function swatchOf(object: SeenObject): string {
  const layer = layerOf(object);
  if (layer !== 'own') return layer === 'pasted' ? 'drawn' : 'dropped';
  return object.source.by === 'human' ? 'human' : 'kept';
}
