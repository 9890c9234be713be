import type { Interval, Intervals } from './bootstrap.ts';
import type { Evaluation } from './evaluation.ts';
import type { LvisEvaluation, LvisNumbers } from './lvis-evaluation.ts';
import { lvisMaxDetections } from './lvis-matches.ts';
import type { CocoNumbers } from './numbers.ts';

/** The same detections measured by their masks and by their boxes. */
export interface MaskAndBox<Measured> {
  readonly mask: Measured;
  readonly box: Measured;
}

export type EvaluationPair = MaskAndBox<Evaluation>;
export type LvisEvaluationPair = MaskAndBox<LvisEvaluation>;

/** A plain-text table of COCO's twelve numbers for masks and boxes, one line each; `-` where there was no truth to find. */
export function reportText(pair: EvaluationPair, intervals?: MaskAndBox<Intervals<CocoNumbers>>): string {
  return tableText(cocoRows(pair.mask.maxDetections), pair, intervals);
}

/** The same of LVIS's thirteen numbers. */
export function lvisReportText(pair: LvisEvaluationPair, intervals?: MaskAndBox<Intervals<LvisNumbers>>): string {
  return tableText(lvisRows, pair, intervals);
}

interface Row<Metric> {
  readonly metric: Metric;
  readonly label: string;
}

type Numbers<Metric extends string> = Readonly<Record<Metric, number | null>>;

function tableText<Metric extends string>(
  rows: readonly Row<Metric>[],
  { mask, box }: MaskAndBox<Numbers<Metric>>,
  intervals: MaskAndBox<Readonly<Record<Metric, Interval | null>>> | undefined,
): string {
  const labels = Math.max(...rows.map(({ label }) => label.length));
  const cells = intervals ? '0.0000 [0.0000, 0.0000]'.length : '0.0000'.length;
  const line = (label: string, first: string, second: string): string =>
    `${label.padEnd(labels)}  ${first.padStart(cells)}  ${second.padStart(cells)}`;
  const lines = rows.map(({ metric, label }) =>
    line(label, cell(mask[metric], intervals?.mask[metric]), cell(box[metric], intervals?.box[metric])),
  );
  return [line('', 'mask', 'box'), ...lines, ''].join('\n');
}

function cell(value: number | null, interval: Interval | null | undefined): string {
  const text = value === null ? '-' : value.toFixed(4);
  return interval ? `${text} [${interval.low.toFixed(4)}, ${interval.high.toFixed(4)}]` : text;
}

function cocoRows([first, second, last]: Evaluation['maxDetections']): readonly Row<keyof CocoNumbers>[] {
  const row = (metric: keyof CocoNumbers, name: string, iou: string, size: string, limit: number): Row<keyof CocoNumbers> => ({
    label: `${name}  IoU ${iou.padEnd(9)}  ${size.padEnd(6)}  best ${limit}`,
    metric,
  });
  return [
    row('ap', 'AP', '0.50:0.95', 'all', last),
    row('ap50', 'AP', '0.50', 'all', last),
    row('ap75', 'AP', '0.75', 'all', last),
    row('apSmall', 'AP', '0.50:0.95', 'small', last),
    row('apMedium', 'AP', '0.50:0.95', 'medium', last),
    row('apLarge', 'AP', '0.50:0.95', 'large', last),
    row('ar1', 'AR', '0.50:0.95', 'all', first),
    row('ar10', 'AR', '0.50:0.95', 'all', second),
    row('ar100', 'AR', '0.50:0.95', 'all', last),
    row('arSmall', 'AR', '0.50:0.95', 'small', last),
    row('arMedium', 'AR', '0.50:0.95', 'medium', last),
    row('arLarge', 'AR', '0.50:0.95', 'large', last),
  ];
}

const lvisRow = (metric: keyof LvisNumbers, name: string, iou: string, part: string): Row<keyof LvisNumbers> => ({
  label: `${name}  IoU ${iou.padEnd(9)}  ${part.padEnd(8)}  best ${lvisMaxDetections}`,
  metric,
});

const lvisRows: readonly Row<keyof LvisNumbers>[] = [
  lvisRow('ap', 'AP', '0.50:0.95', 'all'),
  lvisRow('ap50', 'AP', '0.50', 'all'),
  lvisRow('ap75', 'AP', '0.75', 'all'),
  lvisRow('apSmall', 'AP', '0.50:0.95', 'small'),
  lvisRow('apMedium', 'AP', '0.50:0.95', 'medium'),
  lvisRow('apLarge', 'AP', '0.50:0.95', 'large'),
  lvisRow('apRare', 'AP', '0.50:0.95', 'rare'),
  lvisRow('apCommon', 'AP', '0.50:0.95', 'common'),
  lvisRow('apFrequent', 'AP', '0.50:0.95', 'frequent'),
  lvisRow('ar300', 'AR', '0.50:0.95', 'all'),
  lvisRow('arSmall', 'AR', '0.50:0.95', 'small'),
  lvisRow('arMedium', 'AR', '0.50:0.95', 'medium'),
  lvisRow('arLarge', 'AR', '0.50:0.95', 'large'),
];
