/** Results of a quality measurement: figures, targets, and Markdown of both. */
import { type Finding, finding, type MachineFacts, machineText } from '../report.ts';
import type { Cell, CellFigures, CellOutcome } from './cell.ts';
import { type GroupFigures, groupsOf, type Spread } from './groups.ts';
import type { Measurement } from './measurements.ts';

/** What `--json FILE` gets. */
export interface QualityReport {
  readonly version: 1;
  readonly machine: MachineFacts;
  readonly command: string;
  readonly measurements: readonly MeasurementReport[];
}

export interface MeasurementReport {
  readonly name: Measurement['name'];
  readonly cells: readonly (CellOutcome & { readonly name: string; readonly group: string })[];
  readonly groups: Readonly<Record<string, GroupFigures>>;
  readonly findings: readonly Finding[];
}

export function measurementReport({ name, cells, targets }: Measurement, outcomes: ReadonlyMap<string, CellOutcome>): MeasurementReport {
  const groups = groupsOf(cells, outcomes);
  return {
    name,
    cells: cells.map((cell) => ({ name: cell.name, group: cell.group, ...outcomeOf(cell, outcomes) })),
    groups: Object.fromEntries(groups),
    findings: targets.map((target) => judged(target, groups)),
  };
}

const outcomeOf = ({ name }: Cell, outcomes: ReadonlyMap<string, CellOutcome>): CellOutcome =>
  outcomes.get(name) ?? { kind: 'unfinished', reason: 'not run' };

/** A target about a group that is not finished is neither met nor missed. */
function judged({ name, unit, bound, target, figure }: Measurement['targets'][number], groups: ReadonlyMap<string, GroupFigures>): Finding {
  const missing = new Set<string>();
  const value = figure((group) => {
    const figures = groups.get(group);
    if (figures === undefined) missing.add(group);
    return figures ?? unknownFigures;
  });
  if (missing.size > 0) return { kind: 'absent', name, reason: `not finished: ${[...missing].join(', ')}` };
  return finding(name, value, unit, bound, target);
}

const unknown: Spread = { mean: Number.NaN, min: Number.NaN, max: Number.NaN, std: Number.NaN };
const unknownFigures: GroupFigures = { maskAp: unknown, maskAp50: unknown, boxAp: unknown, trainSeconds: unknown };

export function qualityMarkdown({ machine, command, measurements }: QualityReport): string {
  return [`${machineText(machine)}. \`${command}\``, ...measurements.flatMap(measurementMarkdown)].join('\n\n');
}

function measurementMarkdown({ name, cells, groups, findings }: MeasurementReport): string[] {
  const several = Object.keys(groups).length < cells.filter(({ kind }) => kind === 'finished').length;
  return [
    `## ${name}`,
    table(['cell', 'mask AP', 'mask AP50', 'box AP', 'training'], cells.map(cellRow)),
    ...(several
      ? [table(['mean (min to max, std)', 'mask AP', 'mask AP50', 'box AP', 'training'], Object.entries(groups).map(groupRow))]
      : []),
    table(['target', 'figure', 'bound', ''], findings.map(findingRow)),
  ];
}

type CellLine = MeasurementReport['cells'][number];

function cellRow(cell: CellLine): string[] {
  if (cell.kind === 'unfinished') return [cell.name, cell.reason, '', '', ''];
  const { maskAp, maskAp50, boxAp, trainSeconds }: CellFigures = cell.figures;
  return [cell.name, ap(maskAp), ap(maskAp50), ap(boxAp), minutes(trainSeconds)];
}

const groupRow = ([group, { maskAp, maskAp50, boxAp, trainSeconds }]: [string, GroupFigures]): string[] => [
  group,
  ...[maskAp, maskAp50, boxAp].map(({ mean, min, max, std }) => `${ap(mean)} (${ap(min)} to ${ap(max)}, ${ap(std)})`),
  minutes(trainSeconds.mean),
];

function findingRow(found: Finding): string[] {
  if (found.kind === 'absent') return [found.name, found.reason, '', 'not measured'];
  const { name, figure, unit, bound, target, passed } = found;
  return [name, `${Number(figure.toPrecision(3))} ${unit}`, `${bound} ${target}`, passed ? 'met' : '**missed**'];
}

const ap = (value: number): string => value.toFixed(3);
const minutes = (seconds: number): string => `${(seconds / 60).toFixed(1)} min`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
