import { rle, type Size } from '../../../core/index.ts';
import type { SeenPicture } from '../../contract/training.ts';
import type { MaskShape } from '../image/mask-shape.ts';
import type { MaskSprite } from '../image/mask-sprite.ts';
import { type Layer, layerOf } from './layers.ts';

/** How a mask is marked, so that kinds are told apart without colours, too. */
interface MarkStyle {
  readonly color: readonly [red: number, green: number, blue: number];
  /** Opacity inside the border, 0..255. */
  readonly fill: number;
  /** `double` has a white line within its border, `dashed` is broken, `hatched` has stripes inside. */
  readonly pattern: 'plain' | 'double' | 'dashed' | 'hatched';
}

/** The colours of the picture view; what is pasted has that of what people drew. */
const STYLES = {
  human: { color: [0, 158, 115], fill: 60, pattern: 'plain' },
  teacher: { color: [86, 180, 233], fill: 70, pattern: 'plain' },
  pasted: { color: [204, 121, 167], fill: 80, pattern: 'double' },
  dropped: { color: [230, 159, 0], fill: 26, pattern: 'dashed' },
  ignored: { color: [200, 200, 205], fill: 120, pattern: 'hatched' },
} as const satisfies Readonly<Record<string, MarkStyle>>;

/** A mask on a training picture: an object's by its name, or an ignored region's. */
export interface Mark {
  readonly layer: Layer;
  /** Null for an ignored region. */
  readonly name: string | null;
  readonly shape: MaskShape;
  readonly sprite: MaskSprite;
}

const marked = new WeakMap<SeenPicture, readonly Mark[]>();

/** All masks of a picture, painted once; small ones upon large ones, layer by layer. */
export function marksOf(facts: SeenPicture): readonly Mark[] {
  const marks = marked.get(facts) ?? paintMarks(facts);
  marked.set(facts, marks);
  return marks;
}

const LAYER_ORDER: readonly Layer[] = ['ignored', 'own', 'pasted', 'dropped'];

function paintMarks({ objects, ignored, size }: SeenPicture): readonly Mark[] {
  const regions = ignored.map((mask) => paintMark('ignored', null, mask, STYLES.ignored, size));
  const marks = objects.map((object) => {
    const layer = layerOf(object);
    return paintMark(layer, object.name, object.mask, STYLES[layer === 'own' ? object.source.by : layer], size);
  });
  const areaOf = ({ shape: { area } }: Mark) => (area.x2 - area.x1) * (area.y2 - area.y1);
  const depth = ({ layer }: Mark) => LAYER_ORDER.indexOf(layer);
  return [...regions, ...marks].sort((a, b) => depth(a) - depth(b) || areaOf(b) - areaOf(a));
}

function paintMark(layer: Layer, name: string | null, counts: string, style: MarkStyle, size: Size): Mark {
  const mask = rle.fromString(size, counts);
  const area = rle.toBox(mask);
  const shape = { area, bits: rle.decodeInside(mask, area) };
  return { layer, name, shape, sprite: paintShape(shape, style, borderOf(size)) };
}

/** So wide are borders on a picture of a thousand pixels, and never finer than one. */
const BORDER_SHARE = 1 / 400;
const borderOf = ({ width, height }: Size): number => Math.max(1, Math.round(Math.max(width, height) * BORDER_SHARE));

function paintShape(shape: MaskShape, style: MarkStyle, borderPx: number): MaskSprite {
  const { width, height } = shape.bits.size;
  const canvas = document.createElement('canvas');
  // An empty mask has no pixel, which no canvas can have.
  canvas.width = Math.max(1, width);
  canvas.height = Math.max(1, height);
  const pixels = new ImageData(canvas.width, canvas.height);
  fillPixels(new Uint32Array(pixels.data.buffer), shape, style, borderPx);
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  return { canvas, x: shape.area.x1, y: shape.area.y1 };
}

const BORDER = 235;

function fillPixels(words: Uint32Array, { bits }: MaskShape, { color, fill, pattern }: MarkStyle, borderPx: number): void {
  const { width, height } = bits.size;
  const [red, green, blue] = color;
  const ink = (blue << 16) | (green << 8) | red;
  const isOn = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && bits.data[y * width + x] === 1;
  const isWithin = (x: number, y: number, by: number) => isOn(x - by, y) && isOn(x + by, y) && isOn(x, y - by) && isOn(x, y + by);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (!isOn(x, y)) continue;
      const stripe = Math.floor((x + y) / (3 * borderPx)) % 2 === 0;
      const isBorder = !isWithin(x, y, borderPx);
      const isLine = pattern === 'double' && !isBorder && !isWithin(x, y, 2 * borderPx);
      const opacity = isBorder && (pattern !== 'dashed' || stripe) ? BORDER : pattern === 'hatched' && stripe ? 0 : fill;
      words[y * width + x] = isLine ? (BORDER << 24) | 0xffffff : (opacity << 24) | ink;
    }
}
