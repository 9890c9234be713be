import { statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { openDatabase, type RunDatabase } from '../db/index.ts';
import { peakRssMb, quantile } from './harness.ts';
import { type LabelRecipe, makeLabelDatabase } from './label-database.ts';
import { pageQuestions, type Question, queryQuestions } from './label-questions.ts';
import { measureWriting, type WritingSpeed } from './label-writing.ts';
import { type Finding, finding, ratio, type SubjectReport } from './report.ts';
import type { BenchTask } from './task.ts';

/** The pseudo-label database at ten million predictions: writing, opening, and every question that people wait for. */
export async function benchLabels(task: BenchTask): Promise<SubjectReport> {
  const recipe: LabelRecipe = { seed: task.seed, predictions: task.predictions ?? (task.quick ? 200_000 : 10_000_000) };
  const writing = measureWriting(task.seed, task.quick ? 20_000 : 500_000);
  const path = join(task.inputs, `labels-${recipe.predictions}.db`);
  makeLabelDatabase(path, recipe);
  const opening = timesOf(task.quick ? 5 : 40, () => openDatabase(path, { mode: 'read' }).close());
  const db = openDatabase(path, { mode: 'read' });
  const { findings, facts } = askAll(db, recipe, task.quick ? 3 : 20);
  db.close();
  return {
    subject: 'labels',
    notes: [
      'verdicts are on the lesser of wall time, which others on the machine lengthen, and CPU time, which threads beside the work add to',
      'writing: the same rows in the same transactions into the same table with the same indexes, taking turns',
      'a page or a query is asked again and again by one process, so that what it needs is in memory: nobody waits for the disk',
    ],
    trials: trialsOf(writing),
    findings: [
      ratio('bulk writing beside a bare loop', writing.ofBareLoop, 0.6),
      finding('opening, p95', opening.workP95, 'ms', 'at most', 100),
      ...findings,
    ],
    facts: { predictions: recipe.predictions, 'bytes a prediction': statSync(path).size / recipe.predictions, ...facts },
    peakRssMb: peakRssMb(),
  };
}

const trialsOf = ({ rowsPerSecond, bareRowsPerSecond }: WritingSpeed) => [
  { name: 'bulk writing', by: 'selfpaste', item: 'predictions', perSecond: rowsPerSecond, cpuUsPerItem: 1e6 / rowsPerSecond, rounds: 1 },
  {
    name: 'bulk writing',
    by: 'better-sqlite3',
    item: 'predictions',
    perSecond: bareRowsPerSecond,
    cpuUsPerItem: 1e6 / bareRowsPerSecond,
    rounds: 1,
  },
];

interface Asked {
  readonly findings: readonly Finding[];
  readonly facts: Readonly<Record<string, string>>;
}

/** A finding a query, and one an order of pages: that of its slowest filter. */
function askAll(db: RunDatabase, recipe: LabelRecipe, times: number): Asked {
  const findings: Finding[] = [];
  const facts: Record<string, string> = {};
  const ask = (question: Question) => ({ name: question.name, ...timesOf(times, () => question.ask(db)) });
  for (const asked of queryQuestions(recipe).map(ask)) {
    findings.push(finding(`${asked.name}, p95`, asked.workP95, 'ms', 'at most', 100));
    facts[asked.name] = inMs(asked);
  }
  for (const [order, questions] of pageQuestions(db, recipe)) {
    const pages = questions.map(ask).sort((a, b) => b.workP95 - a.workP95);
    findings.push(finding(`page of 50 by ${order}, p95 of the slowest of ${pages.length}`, pages[0].workP95, 'ms', 'at most', 50));
    for (const page of pages.slice(0, 4)) facts[`${order}: ${page.name}`] = inMs(page);
  }
  return { findings, facts };
}

/** In ms. */
interface Times {
  readonly p50: number;
  readonly p95: number;
  /**
   * Of the work of the thread that answers: at most the time that passed, which others on the machine lengthen, and at most the CPU time of
   * all threads, to which the collector's and the compiler's beside it add. The lesser of the two, run by run.
   */
  readonly workP95: number;
}

const inMs = ({ p50, p95, workP95 }: Times): string =>
  `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, work p95 ${workP95.toFixed(1)} ms`;

/** Of single runs, after one that is not counted. */
function timesOf(times: number, work: () => void): Times {
  work();
  const runs = Array.from({ length: times }, () => timeOf(work));
  const wall = runs.map(({ wallMs }) => wallMs);
  const workP95 = quantile(
    runs.map(({ wallMs, cpuMs }) => Math.min(wallMs, cpuMs)),
    0.95,
  );
  return { p50: quantile(wall, 0.5), p95: quantile(wall, 0.95), workP95 };
}

function timeOf(work: () => void): { readonly wallMs: number; readonly cpuMs: number } {
  const [before, cpuBefore] = [performance.now(), process.cpuUsage()];
  work();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wallMs: performance.now() - before, cpuMs: (user + system) / 1000 };
}
