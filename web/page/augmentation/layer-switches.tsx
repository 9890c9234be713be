import { Swatch } from '../image/swatch.tsx';
import { LAYER_FACTS, type Layer, shownLayers, toggleLayer } from './layers.ts';

const SWATCHES: Readonly<Record<Layer, readonly string[]>> = {
  own: ['human', 'kept'],
  pasted: ['drawn'],
  dropped: ['dropped'],
  ignored: ['ignored'],
  names: [],
};

/** What is marked on the pictures, and whether it is. */
export function LayerSwitches() {
  return (
    <fieldset class="bare row layer-switches" aria-label="shown">
      {LAYER_FACTS.map(({ layer, key, title, means }) => (
        <label key={layer} title={means}>
          <input type="checkbox" checked={shownLayers.value.has(layer)} onChange={() => toggleLayer(layer)} />
          {SWATCHES[layer].map((color) => (
            <Swatch key={color} color={color} />
          ))}
          {title} <kbd>{key}</kbd>
        </label>
      ))}
    </fieldset>
  );
}
