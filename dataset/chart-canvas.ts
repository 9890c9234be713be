import type { RgbImage, Size } from '../core/index.ts';
import { Canvas, fitText, type Rgb, textSize } from './canvas.ts';

export const INK: Rgb = [38, 42, 51];
export const PALE_INK: Rgb = [112, 119, 133];
export const GRID: Rgb = [226, 229, 235];
const GROUND: Rgb = [255, 255, 255];

/** Told apart side by side, also by people who see red and green alike; the last one is for what is left. */
const COLORS: readonly Rgb[] = [
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [204, 121, 167],
  [86, 180, 233],
  [213, 94, 0],
  [240, 228, 66],
  [120, 94, 240],
  [150, 155, 165],
];

export const chartColor = (index: number): Rgb => COLORS[Math.min(index, COLORS.length - 1)];
/** So many series have a colour of their own. */
export const CHART_COLORS = COLORS.length;

/** Height of a line of text, with the room below it. */
export const LINE_PX = 22;
const TEXT_SCALE = 2;

export type Align = 'left' | 'center' | 'right';

/** A white sheet to draw a chart on. */
export class ChartCanvas {
  readonly #canvas: Canvas;

  constructor(size: Size) {
    this.#canvas = new Canvas({ size, data: new Uint8Array(3 * size.width * size.height) });
    this.bar(0, 0, size.width, size.height, GROUND);
  }

  /** A line of text at (x, y), its left end, middle or right end there. */
  write(text: string, x: number, y: number, { align = 'left', color = INK }: { readonly align?: Align; readonly color?: Rgb } = {}): void {
    const { width } = textSize(text, TEXT_SCALE);
    const before = { left: 0, center: width / 2, right: width }[align];
    this.#canvas.write(text, Math.round(x - before), Math.round(y), TEXT_SCALE, color);
  }

  /** A filled rectangle; sides are rounded to whole pixels, so that neighbours meet. */
  bar(x: number, y: number, width: number, height: number, color: Rgb): void {
    const [x1, y1, x2, y2] = [x, y, x + width, y + height].map(Math.round);
    this.#canvas.fillBox({ x1, y1, x2, y2 }, color, 1);
  }

  image(): RgbImage {
    return { size: this.#canvas.size, data: this.#canvas.data };
  }
}

/** Width of a text in a chart, in pixels. */
export const chartTextWidth = (text: string): number => textSize(text, TEXT_SCALE).width;

/** A text cut to a width in a chart, in pixels. */
export const fitChartText = (text: string, width: number): string => fitText(text, width, TEXT_SCALE);

/** 1, 2 or 5 times a power of ten, so that at most `steps` of them reach `most`. */
export function niceStep(most: number, steps: number): number {
  const power = 10 ** Math.floor(Math.log10(most / steps));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => most / step <= steps) ?? 10 * power;
}

/** A count in at most five characters: 999, 1.2k, 34k, 5.6M. */
export function shortCount(count: number): string {
  for (const [unit, letter] of [
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    // What would be rounded to the next unit belongs there.
    if (count < 0.9995 * unit) continue;
    const value = count / unit;
    return `${value < 9.95 ? value.toFixed(1).replace('.0', '') : Math.round(value)}${letter}`;
  }
  return String(Math.round(count));
}
