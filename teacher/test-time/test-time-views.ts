import { type Box, boxHeight, boxWidth, type Size } from '../../core/index.ts';

/** Which other looks at a picture the teacher takes; plain data, as the config has it. Each is off by default. */
export interface TestTimeOptions {
  /** Look at the mirrored picture as well. */
  readonly flip: boolean;
  /** How large objects appear, as multiples of how they do by default (1); one or more, each above 0. */
  readonly scales: readonly number[];
  /** Look at overlapping tiles of a picture that is larger than one of them, and at the whole picture too. */
  readonly tiling: Tiling | null;
}

export interface Tiling {
  /** Side of a tile in pixels of the picture; best the model's own input size. */
  readonly size: number;
  /** Least share of a tile's side that its neighbour sees as well, 0..0.9; objects up to this large are seen whole by one of them. */
  readonly overlap: number;
}

/** One look at a picture: a window of it, mirrored or not. */
export interface View {
  /** Equal for the windows that share a picture out among them; what one grid sees says nothing of another's. */
  readonly grid: string;
  /** The grid of the same windows in the picture's mirror image, or the other way round; null where only one of them is looked at. */
  readonly mirror: string | null;
  /** Whole pixels of the picture. It may reach beyond, where there is only padding. */
  readonly window: Box;
  /** Size in which the teacher gets the window. */
  readonly shown: Size;
  readonly flip: boolean;
}

/** Overlap of the windows that an enlarging scale needs where no tiling says another. */
const WINDOW_OVERLAP = 0.25;

/**
 * The views of a picture. At scale s a window is 1/s times as large as it is at scale 1, where it is a tile, or without tiling the picture:
 * - A teacher that brings all pictures to one size by itself makes an object s times as large by being given such a window, so that
 *   enlarging takes several windows, and shrinking one with padding around the picture. Nothing is resampled here.
 * - For a teacher that takes pictures as they are (`native`) the window is resized to the size that it has at scale 1, so that no
 *   picture is ever larger than by default.
 */
export function planViews(picture: Size, { flip, scales, tiling }: TestTimeOptions, native: boolean): readonly View[] {
  const grids = new Map([...scales].map((scale) => [`scale ${scale}`, gridAt(scale, picture, tiling, native)]));
  if (tiling !== null && ![...grids.values()].some((grid) => isWhole(grid, picture)))
    grids.set('whole', wholeGrid(picture, tiling, native));
  const mirrors = flip ? [false, true] : [false];
  return [...grids].flatMap(([name, { windows, shown }]) => {
    const gridOf = (mirrored: boolean) => `${name}, flip ${mirrored}`;
    return mirrors.flatMap((mirrored) => {
      const common = { grid: gridOf(mirrored), mirror: flip ? gridOf(!mirrored) : null, shown, flip: mirrored };
      return windows.map((window) => ({ ...common, window }));
    });
  });
}

/** True for the view that is the picture itself. */
export function isPlain({ window, shown, flip }: View, picture: Size): boolean {
  return !flip && isWhole({ windows: [window], shown }, picture);
}

interface Grid {
  readonly windows: readonly Box[];
  readonly shown: Size;
}

function gridAt(scale: number, picture: Size, tiling: Tiling | null, native: boolean): Grid {
  const side = tiling?.size ?? Number.POSITIVE_INFINITY;
  const overlap = tiling?.overlap ?? WINDOW_OVERLAP;
  const plain = { width: Math.min(side, picture.width), height: Math.min(side, picture.height) };
  const window = { width: Math.max(1, Math.round(plain.width / scale)), height: Math.max(1, Math.round(plain.height / scale)) };
  const columns = startsAlong(picture.width, window.width, overlap);
  const rows = startsAlong(picture.height, window.height, overlap);
  const windows = rows.flatMap((y1) => columns.map((x1) => ({ x1, y1, x2: x1 + window.width, y2: y1 + window.height })));
  return { windows, shown: native ? plain : window };
}

/** Where windows start along one axis: spread evenly, any two neighbours sharing `overlap` of a side or more; one that covers all is centred. */
function startsAlong(length: number, side: number, overlap: number): readonly number[] {
  const rest = length - side;
  if (rest <= 0) return [Math.floor(rest / 2)];
  const steps = Math.ceil(rest / Math.max(1, Math.floor(side * (1 - overlap))));
  return Array.from({ length: steps + 1 }, (_, step) => Math.round((step * rest) / steps));
}

/** Objects larger than a tile are seen whole only here. */
function wholeGrid(picture: Size, { size }: Tiling, native: boolean): Grid {
  const ratio = native ? Math.min(1, size / Math.max(picture.width, picture.height)) : 1;
  const shown = { width: Math.max(1, Math.round(picture.width * ratio)), height: Math.max(1, Math.round(picture.height * ratio)) };
  return { windows: [{ x1: 0, y1: 0, x2: picture.width, y2: picture.height }], shown };
}

function isWhole({ windows, shown }: Grid, { width, height }: Size): boolean {
  const [window] = windows;
  const sides = [boxWidth(window), shown.width, boxHeight(window), shown.height];
  return windows.length === 1 && sides.every((side, at) => side === (at < 2 ? width : height));
}
