/** What a benchmark says: one JSON document, and the same for people. */
import { groupedBy } from './grouped.ts';

export const subjects = ['rle', 'eval', 'copy-paste', 'stream', 'teacher', 'student', 'labels', 'inspector'] as const;
export type Subject = (typeof subjects)[number];

/** Medians over the rounds of one way to do one thing. CPU time is that of all threads. */
export interface Trial {
  readonly name: string;
  /** Whose code ran: 'selfpaste', or the peer's name. */
  readonly by: string;
  /** What is counted: images, masks, pairs. */
  readonly item: string;
  readonly perSecond: number;
  readonly cpuUsPerItem: number;
  readonly rounds: number;
}

/** A figure beside its target. */
export type Finding =
  | {
      readonly kind: 'measured';
      readonly name: string;
      readonly figure: number;
      readonly unit: string;
      readonly bound: 'at least' | 'at most';
      readonly target: number;
      readonly passed: boolean;
    }
  | { readonly kind: 'absent'; readonly name: string; readonly reason: string };

/** One subject, measured in a process of its own. */
export interface SubjectReport {
  readonly subject: Subject;
  /** What makes the comparison fair, or less than fair. */
  readonly notes: readonly string[];
  readonly trials: readonly Trial[];
  readonly findings: readonly Finding[];
  /** Figures without a target. */
  readonly facts: Readonly<Record<string, number | string>>;
  /** Of the whole process, from start to end. */
  readonly peakRssMb: number;
}

export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly platform: string;
  /** Over the last minute, when the benchmarks began; far above 0 means that others used the machine. */
  readonly loadAverage: number;
}

/** What `npm run bench -- --json FILE` writes. */
export interface BenchReport {
  readonly version: 1;
  readonly startedAtMs: number;
  readonly seed: number;
  /** Small inputs and one round: shows that it works, and nothing about speed. */
  readonly quick: boolean;
  readonly machine: MachineFacts;
  readonly subjects: readonly SubjectReport[];
}

export function finding(name: string, figure: number, unit: string, bound: 'at least' | 'at most', target: number): Finding {
  const passed = bound === 'at least' ? figure >= target : figure <= target;
  return { kind: 'measured', name, figure, unit, bound, target, passed };
}

/** How many times faster than a peer. */
export const ratio = (name: string, figure: number, target: number): Finding => finding(name, figure, 'x', 'at least', target);

export function subjectText({ subject, notes, trials, findings, facts, peakRssMb }: SubjectReport): string {
  const rows = trials.map((trial) => [
    trial.name,
    trial.by,
    `${short(trial.perSecond)} ${trial.item}/s`,
    `${short(trial.cpuUsPerItem)} us`,
    ((trial.perSecond * trial.cpuUsPerItem) / 1e6).toFixed(1),
  ]);
  return [
    `\n== ${subject}`,
    ...(rows.length > 0 ? [...alignedRows([['trial', 'by', 'median rate', 'CPU/item', 'cores'], ...rows]), ''] : []),
    ...findings.flatMap((found) => (found.kind === 'measured' ? findingText(found) : [])),
    ...absencesText(findings),
    ...Object.entries({ ...facts, 'peak RSS': `${short(peakRssMb)} MB` }).map(
      ([name, fact]) => `      ${name}: ${typeof fact === 'number' ? short(fact) : fact}`,
    ),
    ...notes.map((note) => `      note: ${note}`),
  ].join('\n');
}

export function machineText({ cpu, cores, node, loadAverage }: MachineFacts): string {
  return `${cores} cores of ${cpu}, Node ${node}, load ${short(loadAverage)}`;
}

type Measured = Extract<Finding, { kind: 'measured' }>;

function findingText({ name, figure, unit, bound, target, passed }: Measured): string {
  return `${passed ? 'pass' : 'FAIL'}  ${name}: ${short(figure)} ${unit} (${bound} ${short(target)})`;
}

/** A line for each reason. */
function absencesText(findings: readonly Finding[]): string[] {
  const absent = findings.flatMap((found) => (found.kind === 'absent' ? found : []));
  const groups = groupedBy(absent, ({ reason }) => reason);
  return [...groups].map(([reason, group]) => `----  not compared: ${group.map(({ name }) => name).join('; ')} (${reason})`);
}

function alignedRows(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  '),
  );
}

/** Three digits that count; whole above a thousand. */
const short = (value: number): string =>
  Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
