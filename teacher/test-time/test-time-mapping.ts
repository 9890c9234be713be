import { areaOf, type Box, boxArea, boxHeight, boxWidth, clipBox, type Rle, rle, type Size } from '../../core/index.ts';
import type { Detection } from '../teacher.ts';
import type { View } from './test-time-views.ts';

/** What a teacher saw in a view, in pixels of the picture; null where all of it lies beyond the picture's edge. */
export function detectionToPicture(detection: Detection, view: View, picture: Size): Detection | null {
  const box = boxToPicture(detection.box, view, picture);
  const mask = maskToPicture(detection.mask, view, picture);
  return boxArea(box) > 0 && rle.area(mask) > 0 ? { ...detection, box, mask } : null;
}

function boxToPicture({ x1, y1, x2, y2 }: Box, { window, shown, flip }: View, picture: Size): Box {
  const ratioX = boxWidth(window) / shown.width;
  const ratioY = boxHeight(window) / shown.height;
  const [left, right] = flip ? [shown.width - x2, shown.width - x1] : [x1, x2];
  const box = {
    x1: window.x1 + left * ratioX,
    y1: window.y1 + y1 * ratioY,
    x2: window.x1 + right * ratioX,
    y2: window.y1 + y2 * ratioY,
  };
  return clipBox(box, picture);
}

/**
 * A view's mask as a mask of the picture: mirrored back, sampled at the centres of the picture's pixels, moved to the window's place.
 * All of that keeps columns, so it is done on run lengths: each column of the picture takes the runs of the view's column at its centre.
 * @param mask of the size that the view shows.
 */
export function maskToPicture(mask: Rle, { window, shown, flip }: View, picture: Size): Rle {
  const { first, edges } = columnRuns(mask);
  const rowOf = (edge: number) => Math.max(0, Math.min(picture.height, window.y1 + firstPixelBelow(edge, shown.height, boxHeight(window))));
  const runs = new RunWriter();
  const inside = clipBox(window, picture);
  for (let x = inside.x1; x < inside.x2; x++) {
    const seen = pixelUnder(x - window.x1, boxWidth(window), shown.width);
    const column = flip ? shown.width - 1 - seen : seen;
    for (let at = first[column]; at < first[column + 1]; at += 2)
      runs.add(x * picture.height + rowOf(edges[at]), x * picture.height + rowOf(edges[at + 1]));
  }
  return runs.toRle(picture);
}

/** Which of `shown` pixels holds the centre of one of `length` pixels on the same stretch. In whole numbers, as centres may lie on edges. */
const pixelUnder = (pixel: number, length: number, shown: number): number => Math.floor(((2 * pixel + 1) * shown) / (2 * length));

/** The first of `length` pixels whose centre does not lie before an edge between `shown` pixels; {@link pixelUnder} turned round. */
const firstPixelBelow = (edge: number, shown: number, length: number): number => Math.ceil((2 * edge * length - shown) / (2 * shown));

/** Runs of ones cut at the ends of columns: those of column x are the pairs (top, bottom) of `edges` from `first[x]` to `first[x + 1]`. */
interface ColumnRuns {
  readonly first: Uint32Array;
  readonly edges: readonly number[];
}

function columnRuns({ size: { width, height }, counts }: Rle): ColumnRuns {
  const first = new Uint32Array(width + 1);
  const edges: number[] = [];
  let start = 0;
  for (let run = 0; run < counts.length; start += counts[run++]) {
    const end = run % 2 === 1 ? start + counts[run] : start;
    for (let from = start; from < end; ) {
      const x = Math.floor(from / height);
      const to = Math.min(end, (x + 1) * height);
      edges.push(from - x * height, to - x * height);
      first[x + 1] = edges.length;
      from = to;
    }
  }
  for (let x = 1; x <= width; x++) first[x] = Math.max(first[x], first[x - 1]);
  return { first, edges };
}

/** COCO run lengths from half-open ranges of ones in column-major order. */
class RunWriter {
  readonly #counts: number[] = [];
  #written = 0;

  add(start: number, end: number): void {
    if (start >= end) return;
    if (start === this.#written && this.#counts.length > 0) this.#counts[this.#counts.length - 1] += end - start;
    else this.#counts.push(start - this.#written, end - start);
    this.#written = end;
  }

  toRle(size: Size): Rle {
    const rest = areaOf(size) - this.#written;
    return { size, counts: Uint32Array.from(rest > 0 ? [...this.#counts, rest] : this.#counts) };
  }
}
