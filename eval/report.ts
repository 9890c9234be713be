import type { Evaluation } from './evaluation.ts';

/** The same detections measured by their masks and by their boxes. */
export interface EvaluationPair {
  readonly mask: Evaluation;
  readonly box: Evaluation;
}

/** A plain-text table of COCO's twelve numbers for masks and boxes, one line each; `-` where there was no truth to find. */
export function reportText({ mask, box }: EvaluationPair): string {
  const rows = metricRows(mask.maxDetections);
  const width = Math.max(...rows.map(({ label }) => label.length));
  const lines = rows.map(({ label, key }) => `${label.padEnd(width)}  ${cell(mask[key])}  ${cell(box[key])}`);
  return [`${''.padEnd(width)}  ${'mask'.padStart(6)}  ${'box'.padStart(6)}`, ...lines, ''].join('\n');
}

type MetricKey =
  | 'ap'
  | 'ap50'
  | 'ap75'
  | 'apSmall'
  | 'apMedium'
  | 'apLarge'
  | 'ar1'
  | 'ar10'
  | 'ar100'
  | 'arSmall'
  | 'arMedium'
  | 'arLarge';

function metricRows([first, second, last]: Evaluation['maxDetections']): readonly { label: string; key: MetricKey }[] {
  const row = (key: MetricKey, name: string, iou: string, size: string, limit: number): { label: string; key: MetricKey } => ({
    label: `${name}  IoU ${iou.padEnd(9)}  ${size.padEnd(6)}  best ${limit}`,
    key,
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

function cell(value: number | null): string {
  return (value === null ? '-' : value.toFixed(4)).padStart(6);
}
