import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { RunSteps } from './curve-steps.ts';

/** A line of a chart; `look` numbers its colour and dashes. */
export interface CurveLine {
  readonly name: string;
  readonly look: number;
}

/** Steps of the run that are shown; null for all. */
export type StepRange = { readonly from: number; readonly to: number } | null;

interface CurveChartProps {
  readonly label: string;
  readonly steps: RunSteps;
  readonly lines: readonly CurveLine[];
  readonly range: StepRange;
  /** Whether values far apart are to be told apart. */
  readonly points: boolean;
  readonly zoom: (range: StepRange) => void;
  /** Where the pointer is, as an index into the steps; null where it is elsewhere. */
  readonly point: (index: number | null) => void;
}

const HEIGHT = 220;
const DASHES: readonly number[][] = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [1, 2], [12, 4]];
/** Drags that are shorter are clicks, in px. */
const SHORTEST_DRAG = 8;

/** Curves by step, on a canvas; what it shows stands beside it as text. A drag zooms, a double click shows all again. */
export function CurveChart({ label, steps, lines, range, points, zoom, point }: CurveChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const now = useRef({ steps, zoom, point });
  now.current = { steps, zoom, point };
  const names = lines.map(({ name }) => name).join();
  useEffect(() => {
    const element = place.current as HTMLDivElement;
    const made = new uPlot(optionsOf(element, lines, points, now), dataOf(now.current.steps, lines), element);
    chart.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    const scheme = window.matchMedia('(prefers-color-scheme: dark)');
    const repaint = () => made.redraw();
    scheme.addEventListener('change', repaint);
    return () => {
      resized.disconnect();
      scheme.removeEventListener('change', repaint);
      made.destroy();
    };
    // The lines are told apart by their names.
  }, [names, points]);
  useEffect(() => {
    chart.current?.setData(dataOf(steps, lines), true);
    chart.current?.setScale('x', { min: range?.from ?? 0, max: range?.to ?? steps.last });
  }, [steps, names, range?.from, range?.to]);
  return <div class="chart" ref={place} role="img" aria-label={`${label}: chart; the numbers are in the table below`} />;
}

const dataOf = ({ steps, values }: RunSteps, lines: readonly CurveLine[]): uPlot.AlignedData =>
  [[...steps], ...lines.map(({ name }) => [...(values.get(name) ?? [])])] as uPlot.AlignedData;

/** What the chart's handlers read when they are called. */
interface Now {
  readonly current: Pick<CurveChartProps, 'steps' | 'zoom' | 'point'>;
}

function optionsOf(element: HTMLElement, lines: readonly CurveLine[], points: boolean, now: Now): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: () => colorOf(element, '--quiet'),
    grid: { stroke: () => colorOf(element, '--line') },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    padding: [18, 22, 0, 0],
    scales: { x: { time: false } },
    cursor: {
      drag: { x: true, y: false, setScale: false, dist: SHORTEST_DRAG },
      points: { size: 7 },
      bind: { dblclick: () => () => showAll(now) },
    },
    axes: [
      { ...axis, size: 30, space: 70 },
      { ...axis, size: 52 },
    ],
    series: [{}, ...lines.map(({ look }) => lineOf(element, look, points))],
    hooks: {
      draw: [(chart) => drawRounds(chart, now.current.steps, element)],
      setSelect: [(chart) => zoomTo(chart, now)],
      setCursor: [({ cursor }) => now.current.point(cursor.idx ?? null)],
    },
  };
}

function lineOf(element: HTMLElement, look: number, points: boolean): uPlot.Series {
  const color = () => colorOf(element, `--curve-${look}`);
  return {
    stroke: color,
    width: 1.75,
    dash: DASHES[look % DASHES.length] ?? [],
    spanGaps: points,
    points: points ? { show: true, size: 6, fill: color } : {},
  };
}

const showAll = (now: Now): null => {
  now.current.zoom(null);
  return null;
};

function zoomTo(chart: uPlot, now: Now): void {
  const { left, width } = chart.select;
  if (width < SHORTEST_DRAG) return;
  const range = { from: Math.round(chart.posToVal(left, 'x')), to: Math.round(chart.posToVal(left + width, 'x')) };
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  if (range.to > range.from) now.current.zoom(range);
}

/** A line where each round begins, with its number. */
function drawRounds({ ctx, bbox, valToPos, scales }: uPlot, { rounds, last }: RunSteps, element: HTMLElement): void {
  const { min = 0, max = 0 } = scales.x ?? {};
  ctx.save();
  ctx.fillStyle = colorOf(element, '--quiet');
  ctx.strokeStyle = colorOf(element, '--quiet');
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'alphabetic';
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const { round, at } of rounds) {
    // A round that has not trained has no place yet.
    if (at < (min ?? 0) || at > (max ?? 0) || (at > 0 && at >= last)) continue;
    const x = valToPos(at, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top - 12 * devicePixelRatio);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(`round ${round}`, x + 4 * devicePixelRatio, bbox.top - 4 * devicePixelRatio);
  }
  ctx.restore();
}

/** A colour of the theme as it is now: a canvas knows no variables. */
function colorOf(element: HTMLElement, variable: string): string {
  element.style.color = `var(${variable})`;
  const { color } = getComputedStyle(element);
  element.style.color = '';
  return color;
}
