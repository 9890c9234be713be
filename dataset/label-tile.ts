import sharp from 'sharp';
import { type BitMask, type Box, boxArea, boxHeight, boxWidth, clipBox, type RgbImage, type Rle, rle, type Size } from '../core/index.ts';
import { Canvas, fitText, type Rgb, textSize } from './canvas.ts';
import { differsWithin } from './mask-edge.ts';

/** A mask to outline. */
export interface TileOutline {
  readonly mask: Rle;
  /** `label` is what the tile is about; `other` another object of the case. */
  readonly role: 'label' | 'other';
}

/** One object, cut out of its picture. */
export interface LabelTile {
  readonly outlines: readonly TileOutline[];
  /** Lines of text below it; what does not fit is cut off. */
  readonly caption: readonly string[];
}

const OUTLINES: Readonly<Record<TileOutline['role'], Rgb>> = { label: [255, 183, 3], other: [0, 191, 255] };
const SHADOW: Rgb = [0, 0, 0];
const SHADOW_OPACITY = 0.6;
const CAPTION_GROUND: Rgb = [24, 26, 31];
const CAPTION_INKS: readonly Rgb[] = [
  [238, 240, 244],
  [160, 166, 178],
];
/** Of the longer side of the object, on each side of it. */
const CONTEXT = 0.35;
/** A part of a picture that is not enlarged beyond recognition. */
const LEAST_SIDE_PX = 24;
const CAPTION_SCALE_PX = 240;
const MARGIN = 3;

/**
 * A square part of a picture around an object, `side` px wide, with the outlines of masks over it and a caption below. The part lies
 * inside the picture where that is large enough; beyond its borders the tile is dark.
 */
export async function drawLabelTile(image: RgbImage, { outlines, caption }: LabelTile, side: number): Promise<RgbImage> {
  const view = viewAround(boxAround(outlines, image.size), image.size);
  const scale = Math.max(1, Math.round(side / CAPTION_SCALE_PX));
  const line = textSize('', scale).height + MARGIN * scale;
  const canvas = blank({ width: side, height: side + caption.length * line + 2 * MARGIN * scale });
  await paintView(canvas, image, view, side);
  for (const { mask, role } of [...outlines].reverse()) paintOutline(canvas, enlarged(mask, view, side), OUTLINES[role], side);
  for (const [index, text] of caption.entries()) {
    const y = side + MARGIN * scale + index * line;
    canvas.write(fitText(text, side - 2 * MARGIN * scale, scale), MARGIN * scale, y, scale, CAPTION_INKS[Math.min(index, 1)]);
  }
  return { size: canvas.size, data: canvas.data };
}

function blank(size: Size): Canvas {
  const canvas = new Canvas({ size, data: new Uint8Array(3 * size.width * size.height) });
  canvas.fillBox({ x1: 0, y1: 0, x2: size.width, y2: size.height }, CAPTION_GROUND, 1);
  return canvas;
}

/** Of all masks, so that stray parts are seen, too; the whole picture where no mask has a pixel. */
function boxAround(outlines: readonly TileOutline[], { width, height }: Size): Box {
  const boxes = outlines.map(({ mask }) => rle.toBox(mask)).filter((box) => boxArea(box) > 0);
  if (boxes.length === 0) return { x1: 0, y1: 0, x2: width, y2: height };
  return boxes.reduce((a, b) => ({
    x1: Math.min(a.x1, b.x1),
    y1: Math.min(a.y1, b.y1),
    x2: Math.max(a.x2, b.x2),
    y2: Math.max(a.y2, b.y2),
  }));
}

/** The square around an object with its context, moved into the picture where that is possible; no larger than the picture. Whole pixels. */
export function viewAround(box: Box, { width, height }: Size): Box {
  const longer = Math.max(boxWidth(box), boxHeight(box));
  const side = Math.ceil(Math.min(Math.max(LEAST_SIDE_PX, longer * (1 + 2 * CONTEXT)), Math.max(width, height)));
  const corner = (from: number, to: number, all: number): number => {
    const start = Math.round((from + to - side) / 2);
    return side >= all ? Math.round((all - side) / 2) : Math.min(Math.max(0, start), all - side);
  };
  const [x1, y1] = [corner(box.x1, box.x2, width), corner(box.y1, box.y2, height)];
  return { x1, y1, x2: x1 + side, y2: y1 + side };
}

async function paintView(canvas: Canvas, image: RgbImage, view: Box, side: number): Promise<void> {
  const shown = clipBox(view, image.size);
  const zoom = side / boxWidth(view);
  const [left, top] = [Math.round((shown.x1 - view.x1) * zoom), Math.round((shown.y1 - view.y1) * zoom)];
  const width = Math.max(1, Math.min(side - left, Math.round(boxWidth(shown) * zoom)));
  const height = Math.max(1, Math.min(side - top, Math.round(boxHeight(shown) * zoom)));
  const pixels = await sharp(image.data, { raw: { ...image.size, channels: 3 } })
    .extract({ left: shown.x1, top: shown.y1, width: boxWidth(shown), height: boxHeight(shown) })
    .resize({ width, height, fit: 'fill', kernel: zoom > 3 ? 'nearest' : 'lanczos3' })
    .raw()
    .toBuffer();
  for (let y = 0; y < height; y++)
    canvas.data.set(pixels.subarray(3 * y * width, 3 * (y + 1) * width), 3 * ((top + y) * canvas.size.width + left));
}

/** The part of a mask in view, as large as the tile: so its outline is a line of the tile's own pixels. */
function enlarged(mask: Rle, view: Box, side: number): BitMask {
  const part = rle.decodeInside(mask, view);
  const data = new Uint8Array(side * side);
  const from = Array.from({ length: side }, (_, at) => Math.floor(((at + 0.5) * part.size.width) / side));
  for (let y = 0, at = 0; y < side; y++) for (let x = 0; x < side; x++, at++) data[at] = part.data[from[y] * part.size.width + from[x]];
  return { size: { width: side, height: side }, data };
}

/** Two pixels inside the mask in colour, one outside it dark: seen on any picture, and nothing else of the object is covered. */
function paintOutline(canvas: Canvas, mask: BitMask, color: Rgb, side: number): void {
  for (let y = 0, at = 0; y < side; y++)
    for (let x = 0; x < side; x++, at++) {
      const inside = mask.data[at] === 1;
      if (!differsWithin(mask, x, y, inside ? 2 : 1)) continue;
      canvas.blend(at, inside ? color : SHADOW, inside ? 1 : SHADOW_OPACITY);
    }
}
