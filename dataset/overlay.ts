import { areaOf, type Box, boxArea, clipBox, intersectBoxes, type RgbImage, type Rle, rle, type Size } from '../core/index.ts';
import { Canvas, type Rgb, textSize } from './canvas.ts';
import { differsWithin } from './mask-edge.ts';

/** An object to draw: its label is written beside it, its colour is `colorIndex` of a fixed list (modulo its length). */
export interface OverlayObject {
  readonly mask: Rle;
  readonly box: Box;
  readonly label: string;
  readonly colorIndex: number;
}

/** Told apart side by side, on light and dark pictures. */
const COLORS: readonly Rgb[] = [
  [230, 57, 70],
  [42, 157, 244],
  [82, 196, 26],
  [255, 183, 3],
  [157, 78, 221],
  [0, 191, 178],
  [255, 111, 0],
  [240, 98, 196],
  [163, 196, 22],
  [94, 114, 228],
  [186, 120, 66],
  [120, 200, 255],
];
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];
const FILL_OPACITY = 0.38;
const HALO_OPACITY = 0.45;
const LABEL_OPACITY = 0.9;
/** The part of a picture that labels may cover. */
const LABEL_SHARE = 0.2;

/**
 * Draws objects over a picture: a translucent fill, an outline with a dark halo, and a label. Larger objects are drawn and labeled first;
 * once labels cover a fifth of the picture, or where one would cover another, they are left out. Pure: the picture is copied.
 */
export function drawOverlay(image: RgbImage, objects: readonly OverlayObject[]): RgbImage {
  const canvas = new Canvas(image);
  const largestFirst = [...objects].sort((a, b) => rle.area(b.mask) - rle.area(a.mask));
  for (const { mask, colorIndex } of largestFirst) paintMask(canvas, mask, colorOf(colorIndex));
  paintLabels(canvas, largestFirst);
  return { size: canvas.size, data: canvas.data };
}

const colorOf = (index: number): Rgb => COLORS[index % COLORS.length]!;
const outlineWidth = ({ width, height }: Size): number => (Math.max(width, height) >= 400 ? 2 : 1);
const fontScale = ({ width, height }: Size): number => Math.max(1, Math.round(Math.min(width, height) / 320));

/** Works on the mask's box and one pixel around it, so that hundreds of small objects stay quick. */
function paintMask(canvas: Canvas, mask: Rle, color: Rgb): void {
  const { x1, y1, x2, y2 } = rle.toBox(mask);
  const region = clipBox({ x1: x1 - 1, y1: y1 - 1, x2: x2 + 1, y2: y2 + 1 }, canvas.size);
  const { size, data } = rle.decodeInside(mask, region);
  for (let y = 0, at = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++, at++) {
      const isEdge = differsWithin({ size, data }, x, y, data[at] === 1 ? outlineWidth(canvas.size) : 1);
      const pixel = (region.y1 + y) * canvas.size.width + region.x1 + x;
      if (data[at] === 1) canvas.blend(pixel, color, isEdge ? 1 : FILL_OPACITY);
      else if (isEdge) canvas.blend(pixel, BLACK, HALO_OPACITY);
    }
}

function paintLabels(canvas: Canvas, objects: readonly OverlayObject[]): void {
  const scale = fontScale(canvas.size);
  const margin = 2 * scale;
  const taken: Box[] = [];
  let room = LABEL_SHARE * areaOf(canvas.size);
  for (const { box, label, colorIndex } of objects) {
    const text = textSize(label, scale);
    const plate = { width: text.width + 2 * margin, height: text.height + 2 * margin };
    const place = placeLabel(canvas.size, box, plate, taken);
    room -= areaOf(plate);
    if (!place || (room < 0 && taken.length > 0)) continue;
    const color = colorOf(colorIndex);
    canvas.fillBox(place, color, LABEL_OPACITY);
    canvas.write(label, place.x1 + margin, place.y1 + margin, scale, luminance(color) > 140 ? BLACK : WHITE);
    taken.push(place);
  }
}

/** Above the object, else just inside its top, else below it, else in its middle: the first that covers no other label. */
function placeLabel(image: Size, box: Box, plate: Size, taken: readonly Box[]): Box | undefined {
  const tops = [box.y1 - plate.height, box.y1, box.y2, (box.y1 + box.y2 - plate.height) / 2];
  const places = tops.map((top) => inside(image, box.x1, top, plate));
  return places.find((place) => taken.every((other) => boxArea(intersectBoxes(place, other)) === 0));
}

function inside(image: Size, left: number, top: number, plate: Size): Box {
  const x1 = Math.max(0, Math.min(Math.round(left), image.width - plate.width));
  const y1 = Math.max(0, Math.min(Math.round(top), image.height - plate.height));
  return { x1, y1, x2: x1 + plate.width, y2: y1 + plate.height };
}

const luminance = ([red, green, blue]: Rgb): number => 0.299 * red + 0.587 * green + 0.114 * blue;
