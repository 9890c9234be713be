import type { BitMask, Box } from '../../../core/index.ts';

/** How a picture lies on the screen: a picture's px is `zoom` screen px wide, and its corner lies at x and y. */
export interface Placement {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

/** Colours as words of a canvas' pixels: opacity, blue, green, red, from the highest byte down. */
export interface MaskColors {
  readonly inside: number;
  readonly edge: number;
}

/** The screen's pixels that show a part of the picture, and those around them whose outline it decides; cut to the screen. */
export function onScreen(
  { x1, y1, x2, y2 }: Box,
  { zoom, x, y }: Placement,
  screen: { readonly width: number; readonly height: number },
): Box {
  const margin = 1 + Math.ceil(zoom);
  const cut = (value: number, most: number) => Math.min(most, Math.max(0, Math.floor(value)));
  return {
    x1: cut(x1 * zoom + x - margin, screen.width),
    y1: cut(y1 * zoom + y - margin, screen.height),
    x2: cut(x2 * zoom + x + margin + 1, screen.width),
    y2: cut(y2 * zoom + y + margin + 1, screen.height),
  };
}

/**
 * Paints a mask as a box of the screen shows it: each screen pixel shows the picture's pixel below its centre, and the outline is drawn in
 * its own colour. So the cost follows the screen, however large the picture is.
 * @param words of the box alone, row by row; all are written
 */
export function paintScreen(words: Uint32Array, box: Box, mask: BitMask, placement: Placement, { inside, edge }: MaskColors): void {
  const columns = placesOf(box.x1, box.x2, placement.x, placement.zoom, mask.size.width);
  const rows = placesOf(box.y1, box.y2, placement.y, placement.zoom, mask.size.height);
  // Where the picture is made smaller, an outline of one of its pixels would be missed here and there.
  const step = Math.max(1, Math.round(1 / placement.zoom));
  const { width } = mask.size;
  let word = 0;
  for (const y of rows)
    for (const x of columns) {
      const at = y * width + x;
      if (x < 0 || y < 0 || mask.data[at] === 0) words[word++] = 0;
      else words[word++] = isEdge(mask, x, y, step) ? edge : inside;
    }
}

/** The picture's column of each screen column, or its row of each row; -1 beside the picture. */
function placesOf(from: number, to: number, offset: number, zoom: number, length: number): Int32Array {
  return Int32Array.from({ length: Math.max(0, to - from) }, (_, index) => {
    const place = Math.floor((from + index + 0.5 - offset) / zoom);
    return place >= 0 && place < length ? place : -1;
  });
}

function isEdge({ size: { width, height }, data }: BitMask, x: number, y: number, step: number): boolean {
  const at = y * width + x;
  return (
    (x >= step && data[at - step] === 0) ||
    (x < width - step && data[at + step] === 0) ||
    (y >= step && data[at - step * width] === 0) ||
    (y < height - step && data[at + step * width] === 0)
  );
}
