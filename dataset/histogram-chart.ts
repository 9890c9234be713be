import type { RgbImage } from '../core/index.ts';
import type { Rgb } from './canvas.ts';
import { ChartCanvas, chartColor, fitChartText, GRID, LINE_PX, PALE_INK, shortCount } from './chart-canvas.ts';

/**
 * How often values 0..1 occur, in bins of equal width, and a threshold that divides them: above 1 where none reaches it, null where
 * there is none.
 */
export interface HistogramPanel {
  readonly name: string;
  readonly counts: readonly number[];
  readonly threshold: number | null;
}

export interface HistogramChart {
  readonly title: string;
  /** What the values are, as `score`. */
  readonly axis: string;
  readonly panels: readonly HistogramPanel[];
}

const COLUMNS = 3;
const PANEL_PX = { width: 300, height: 150 } as const;
const PLOT_PX = { left: 12, top: 34, width: 272, height: 84 } as const;
const MARGIN_PX = 20;
/** Names and counts share a line. */
const COUNT_PX = 84;

const ABOVE = chartColor(0);
const BELOW: Rgb = [186, 191, 200];
const THRESHOLD = chartColor(5);

/**
 * Draws a small histogram a class, three in a row; what lies below its threshold is grey. Heights go by the square
 * root, each as high as its own highest bin: the few sure predictions show beside the many unsure ones. Pure.
 */
export function drawHistograms({ title, axis, panels }: HistogramChart): RgbImage {
  const columns = Math.max(1, Math.min(COLUMNS, panels.length));
  const rows = Math.ceil(panels.length / columns);
  const width = Math.max(2, columns) * PANEL_PX.width + 2 * MARGIN_PX;
  const top = MARGIN_PX + 2 * LINE_PX + 6;
  const canvas = new ChartCanvas({ width, height: top + rows * PANEL_PX.height + MARGIN_PX });
  canvas.write(fitChartText(title, width - 2 * MARGIN_PX), MARGIN_PX, MARGIN_PX);
  canvas.write(
    fitChartText(`${axis} 0..1; grey: below the threshold; heights by square root`, width - 2 * MARGIN_PX),
    MARGIN_PX,
    MARGIN_PX + LINE_PX,
    { color: PALE_INK },
  );
  for (const [index, panel] of panels.entries())
    drawPanel(canvas, panel, MARGIN_PX + (index % columns) * PANEL_PX.width, top + Math.floor(index / columns) * PANEL_PX.height);
  return canvas.image();
}

function drawPanel(canvas: ChartCanvas, { name, counts, threshold }: HistogramPanel, left: number, top: number): void {
  const x = left + PLOT_PX.left;
  const base = top + PLOT_PX.top + PLOT_PX.height;
  canvas.write(fitChartText(name, PLOT_PX.width - COUNT_PX), x, top + 10);
  const total = counts.reduce((sum, count) => sum + count, 0);
  canvas.write(shortCount(total), x + PLOT_PX.width, top + 10, { align: 'right', color: PALE_INK });
  for (const part of [0.25, 0.5, 0.75, 1]) canvas.bar(x + part * PLOT_PX.width, base - PLOT_PX.height, 1, PLOT_PX.height, GRID);
  drawBins(canvas, counts, threshold, x, base);
  canvas.bar(x, base, PLOT_PX.width + 1, 1, PALE_INK);
  canvas.write('0', x, base + 6, { color: PALE_INK });
  canvas.write('1', x + PLOT_PX.width, base + 6, { align: 'right', color: PALE_INK });
  if (threshold === null) return;
  const at = x + Math.min(1, threshold) * PLOT_PX.width;
  canvas.bar(at - 1, base - PLOT_PX.height - 4, 3, PLOT_PX.height + 4, THRESHOLD);
  canvas.write(threshold > 1 ? 'none' : threshold.toFixed(2), Math.min(Math.max(at, x + 36), x + PLOT_PX.width - 40), base + 6, {
    align: 'center',
    color: THRESHOLD,
  });
}

/** A bin that the threshold cuts has two colours. */
function drawBins(canvas: ChartCanvas, counts: readonly number[], threshold: number | null, x: number, base: number): void {
  const highest = Math.max(1, ...counts);
  const width = PLOT_PX.width / counts.length;
  for (const [bin, count] of counts.entries()) {
    // One pixel at least: a bin that holds something is seen.
    const height = count === 0 ? 0 : Math.max(1, PLOT_PX.height * Math.sqrt(count / highest));
    const below = width * Math.min(1, Math.max(0, (threshold ?? 0) * counts.length - bin));
    canvas.bar(x + bin * width, base - height, below, height, BELOW);
    canvas.bar(x + bin * width + below, base - height, width - below, height, ABOVE);
    canvas.bar(x + (bin + 1) * width - 1, base - height, 1, height, [255, 255, 255]);
  }
}
