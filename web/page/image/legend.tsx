import { addressOf, goTo, place } from '../location.ts';
import { coloredBy } from './colors.ts';
import { LAYER_FACTS, layerCounts, shownLayers, toggleLayer } from './layers.ts';
import { Swatch } from './swatch.tsx';

/** What is drawn over the picture: how many of each, and whether they are shown. */
export function Legend() {
  return (
    <fieldset class="legend">
      <legend>shown</legend>
      {LAYER_FACTS.map(({ layer, key, title, means }) => (
        <label key={layer} title={means}>
          <input type="checkbox" checked={shownLayers.value.has(layer)} onChange={() => toggleLayer(layer)} />
          <Swatch color={coloredBy.value === 'class' ? 'any' : layer} />
          <span>
            {title} <span class="number quiet">{layerCounts.value.get(layer) ?? 0}</span>
          </span>
          <kbd>{key}</kbd>
        </label>
      ))}
      <label title="whether colours tell what became of objects apart, or their classes">
        <input type="checkbox" checked={coloredBy.value === 'class'} onChange={toggleColors} />
        <span class="wide">colours by class</span>
      </label>
    </fieldset>
  );
}

export const toggleColors = (): void =>
  goTo(addressOf(place.value.path, { ...place.value.query, colors: coloredBy.value === 'class' ? null : 'class' }), 'replace');
