import type { RgbImage } from '../core/index.ts';
import { ChartCanvas, chartColor, chartTextWidth, fitChartText, GRID, LINE_PX, niceStep, PALE_INK } from './chart-canvas.ts';

/** One row of bars: a value a series, 0 or more. `note` stands behind them. */
export interface BarRow {
  readonly name: string;
  readonly values: readonly number[];
  readonly note: string;
}

/** Rows of bars by class, one colour a series. `stacked`: the parts of one bar; `grouped`: bars below each other, to be compared. */
export interface BarChart {
  readonly title: string;
  /** What the axis counts, as `predictions` or `share of all labels`. */
  readonly axis: string;
  readonly series: readonly string[];
  readonly rows: readonly BarRow[];
  readonly arrangement: 'stacked' | 'grouped';
  /** A value of the axis as text. */
  readonly format: (value: number) => string;
}

const WIDTH_PX = 960;
const MARGIN_PX = 24;
const NAME_PX = 190;
const ROW_PX = 30;
const GROUPED_BAR_PX = 11;
const ROW_GAP_PX = 8;
const AXIS_STEPS = 5;
const SWATCH_PX = 14;

/** Draws a chart: title, legend, a row of bars a class, and an axis below. Rows are drawn in their order. Pure. */
export function drawBarChart(chart: BarChart): RgbImage {
  const legend = layOutLegend(chart.series);
  const top = MARGIN_PX + LINE_PX + 8 + legend.lines * LINE_PX + 10;
  const height = rowHeight(chart);
  const bottom = top + Math.max(1, chart.rows.length) * height;
  const canvas = new ChartCanvas({ width: WIDTH_PX, height: bottom + 2 * LINE_PX + MARGIN_PX });
  canvas.write(fitChartText(chart.title, WIDTH_PX - 2 * MARGIN_PX), MARGIN_PX, MARGIN_PX);
  for (const { text, x, line, index } of legend.entries) {
    const y = MARGIN_PX + LINE_PX + 8 + line * LINE_PX;
    canvas.bar(x, y, SWATCH_PX, SWATCH_PX, chartColor(index));
    canvas.write(text, x + SWATCH_PX + 6, y, { color: PALE_INK });
  }
  const plot = plotOf(chart);
  drawAxis(canvas, chart, plot, { top, bottom });
  for (const [at, row] of chart.rows.entries()) drawRow(canvas, chart, row, top + at * height, plot);
  return canvas.image();
}

const rowHeight = ({ arrangement, series }: BarChart): number =>
  arrangement === 'stacked' ? ROW_PX : Math.max(ROW_PX, series.length * GROUPED_BAR_PX + 2 * ROW_GAP_PX);

interface Plot {
  readonly left: number;
  readonly right: number;
  readonly most: number;
}

/** Bars begin behind the names and leave room for the widest note. */
function plotOf({ rows, arrangement }: BarChart): Plot {
  const lengths = rows.map(({ values }) =>
    arrangement === 'stacked' ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values),
  );
  const note = Math.max(0, ...rows.map((row) => chartTextWidth(row.note)));
  return { left: MARGIN_PX + NAME_PX, right: WIDTH_PX - MARGIN_PX - note - 12, most: Math.max(...lengths, 0) || 1 };
}

const placeOf = ({ left, right, most }: Plot, value: number): number => left + ((right - left) * value) / most;

function drawAxis(canvas: ChartCanvas, { axis, format }: BarChart, plot: Plot, { top, bottom }: { top: number; bottom: number }): void {
  const step = niceStep(plot.most, AXIS_STEPS);
  for (let tick = 0; tick * step <= plot.most; tick++) {
    const x = placeOf(plot, tick * step);
    canvas.bar(x, top - 4, 1, bottom - top + 4, tick === 0 ? PALE_INK : GRID);
    canvas.write(format(tick * step), x, bottom + 6, { align: 'center', color: PALE_INK });
  }
  canvas.write(axis, (plot.left + plot.right) / 2, bottom + 6 + LINE_PX, { align: 'center', color: PALE_INK });
}

function drawRow(canvas: ChartCanvas, chart: BarChart, { name, values, note }: BarRow, top: number, plot: Plot): void {
  const middle = top + rowHeight(chart) / 2;
  canvas.write(fitChartText(name, NAME_PX - 14), plot.left - 10, middle - 7, { align: 'right' });
  const end = chart.arrangement === 'stacked' ? drawStack(canvas, values, middle, plot) : drawGroup(canvas, values, middle, plot);
  canvas.write(note, end + 8, middle - 7, { color: PALE_INK });
}

/** Returns where the bar ends. */
function drawStack(canvas: ChartCanvas, values: readonly number[], middle: number, plot: Plot): number {
  const height = ROW_PX - ROW_GAP_PX;
  let sum = 0;
  for (const [index, value] of values.entries()) {
    const [from, to] = [placeOf(plot, sum), placeOf(plot, sum + value)];
    canvas.bar(from, middle - height / 2, Math.round(to) - Math.round(from), height, chartColor(index));
    sum += value;
  }
  return placeOf(plot, sum);
}

/** Returns where the longest bar ends. */
function drawGroup(canvas: ChartCanvas, values: readonly number[], middle: number, plot: Plot): number {
  const top = middle - (values.length * GROUPED_BAR_PX) / 2;
  for (const [index, value] of values.entries())
    canvas.bar(plot.left, top + index * GROUPED_BAR_PX, placeOf(plot, value) - plot.left, GROUPED_BAR_PX - 1, chartColor(index));
  return placeOf(plot, Math.max(0, ...values));
}

interface LegendEntry {
  readonly text: string;
  readonly x: number;
  readonly line: number;
  readonly index: number;
}

function layOutLegend(series: readonly string[]): { readonly entries: readonly LegendEntry[]; readonly lines: number } {
  const entries: LegendEntry[] = [];
  let [x, line] = [MARGIN_PX, 0];
  for (const [index, name] of series.entries()) {
    const text = fitChartText(name, WIDTH_PX - 3 * MARGIN_PX);
    const width = SWATCH_PX + 6 + chartTextWidth(text) + 22;
    if (x > MARGIN_PX && x + width > WIDTH_PX - MARGIN_PX) [x, line] = [MARGIN_PX, line + 1];
    entries.push({ text, x, line, index });
    x += width;
  }
  return { entries, lines: series.length === 0 ? 0 : line + 1 };
}
