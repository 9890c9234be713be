import { computed, type ReadonlySignal } from '@preact/signals';
import { addressOf, goTo, place } from './location.ts';

/** What a layer of a picture is called, and the key that shows or hides it. */
export interface LayerFacts<Layer> {
  readonly layer: Layer;
  readonly key: string;
  readonly title: string;
  /** For whom the title says too little. */
  readonly means: string;
}

/** The layers of a picture that are shown: those that the address names. */
export interface LayerChoice<Layer> {
  readonly shown: ReadonlySignal<ReadonlySet<Layer>>;
  readonly toggle: (layer: Layer) => void;
}

/**
 * @param layers from the bottom up
 * @param atFirst those that are shown where the address names none
 */
export function layerChoice<Layer extends string>(layers: readonly Layer[], atFirst: readonly Layer[]): LayerChoice<Layer> {
  const shown = computed<ReadonlySet<Layer>>(() => {
    const named: readonly string[] = place.value.query.layers?.split(' ') ?? atFirst;
    return new Set(layers.filter((layer) => named.includes(layer)));
  });
  const toggle = (layer: Layer) => {
    const next = layers.filter((one) => shown.value.has(one) !== (one === layer));
    const isAsAtFirst = layers.every((one) => next.includes(one) === atFirst.includes(one));
    goTo(addressOf(place.value.path, { ...place.value.query, layers: isAsAtFirst ? null : next.join(' ') || 'none' }), 'replace');
  };
  return { shown, toggle };
}
