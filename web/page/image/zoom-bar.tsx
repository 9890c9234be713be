import { fit, showActualSize, zoom, zoomBy } from './viewport.ts';

/** For pointers and fingers what keys do: zoom, and how much. */
export function ZoomBar() {
  return (
    <fieldset class="bare zoom-bar" aria-label="zoom">
      <button type="button" aria-label="zoom out" onClick={() => zoomBy(1 / 1.5)}>
        −
      </button>
      <button type="button" title="pixel for pixel" class="number" onClick={showActualSize}>
        {Math.round(zoom.value * 100)} %
      </button>
      <button type="button" aria-label="zoom in" onClick={() => zoomBy(1.5)}>
        +
      </button>
      <button type="button" onClick={fit}>
        fit
      </button>
    </fieldset>
  );
}
