import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { parseConfig, type ResolvedConfig } from '../config/index.ts';
import { categoryId, classIndex, sha256 } from '../core/index.ts';
import { probeImage } from '../dataset/index.ts';
import { openDatabase, type RunDatabase } from '../db/index.ts';
import { labelImages, type RunEvent, runFolder } from '../pipeline/index.ts';
import { readContract } from '../teacher/index.ts';
import type { Measurement } from './harness.ts';

/** The stage as a run has it, over so many pictures of a folder, again and again from the first. */
export interface LabelingTask {
  readonly model: string;
  readonly pictures: readonly string[];
  readonly count: number;
  /** Of which so many are not timed: processes start, and code is compiled. */
  readonly warmUp: number;
}

export interface LabelingReport {
  readonly measurement: Measurement;
  /** How the machine was used. */
  readonly arrangement: string;
  readonly predictions: number;
  /** All labeler processes together; the largest in the first half of the timed pictures, and in the second. */
  readonly rssMb: readonly [number, number];
  /** The longest time that the event loop of the orchestrator went without a turn. */
  readonly longestBlockMs: number;
}

/** Labels pictures as a run does: decoding, model, masks, run lengths, database. */
export async function measureLabeling(task: LabelingTask): Promise<LabelingReport> {
  const scratch = mkdtempSync(join(tmpdir(), 'selfpaste-bench-label-'));
  const db = openDatabase(join(scratch, 'selfpaste.db'), { mode: 'create' });
  try {
    const input = await fill(db, task);
    const watch = new Watch(task);
    const stop = new AbortController().signal;
    await labelImages({ db, config: configOf(task), folder: runFolder(scratch), emit: (event) => watch.see(event), stop }, input);
    return watch.report();
  } finally {
    db.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function configOf({ model }: LabelingTask): ResolvedConfig {
  const set = { annotations: 'none.json', images: 'none' };
  return parseConfig(JSON.stringify({ data: { labeled: set, validation: set }, teacher: { model, floor: 0.25 } }), '/bench/selfpaste.yaml');
}

async function fill(db: RunDatabase, { model, pictures, count }: LabelingTask) {
  const { classNames } = await readContract(model);
  const named = classNames.flatMap((name, index) => (name === null ? [] : [{ id: categoryId(index + 1), name }]));
  db.categories.add(named.map((category, index) => ({ ...category, classIndex: classIndex(index) })));
  const probes = await Promise.all(pictures.map((path) => probeImage(path)));
  for (let at = 0; at < count; at++) {
    const probe = probes[at % probes.length];
    if (!probe.ok) throw new Error(`${pictures[at % probes.length]}: ${probe.problem.detail}`);
    const { size, orientation } = probe.facts;
    const path = pictures[at % probes.length];
    const hash = sha256(at.toString(16).padStart(64, '0'));
    db.images.add({ sha256: hash, path, fileName: `${at}`, size, orientation, subset: 'unlabeled', sourceId: null });
  }
  const teacher = db.models.add({ round: 0, role: 'given', path: model, sha256: sha256('a'.repeat(64)), contract: {}, createdAtMs: 1 });
  db.rounds.start(1, { stage: 'label', teacher, startedAtMs: 1 });
  return { round: 1, teacher };
}

/** Watches a labeling by its events. */
class Watch {
  readonly #task: LabelingTask;
  readonly #delay = monitorEventLoopDelay({ resolution: 5 });
  readonly #rssMb: [number, number] = [0, 0];
  #arrangement = '';
  #startMs = 0;
  #startCpuUs = 0;
  #predictions = 0;
  #report: LabelingReport | null = null;

  constructor(task: LabelingTask) {
    this.#task = task;
  }

  see(event: RunEvent): void {
    if (event.kind === 'note' && event.text.startsWith('labeling with')) this.#arrangement = event.text;
    if (event.kind !== 'progress') return;
    if (event.done === this.#task.warmUp) this.#start();
    if (event.done > this.#task.warmUp && event.done % 20 === 0) this.#weigh(event.done);
    this.#predictions = Number(event.facts.predictions);
    if (event.done === this.#task.count) this.#end();
  }

  report(): LabelingReport {
    if (this.#report === null) throw new Error('the labeling ended before its last picture');
    return this.#report;
  }

  #start(): void {
    this.#delay.enable();
    this.#startMs = performance.now();
    this.#startCpuUs = cpuUs();
  }

  #weigh(done: number): void {
    const half = done - this.#task.warmUp < (this.#task.count - this.#task.warmUp) / 2 ? 0 : 1;
    this.#rssMb[half] = Math.max(this.#rssMb[half], childrenRssMb());
  }

  #end(): void {
    const timed = this.#task.count - this.#task.warmUp;
    const perSecond = (1000 * timed) / (performance.now() - this.#startMs);
    this.#delay.disable();
    this.#report = {
      measurement: { perSecond, cpuUsPerItem: (cpuUs() - this.#startCpuUs) / timed },
      arrangement: this.#arrangement,
      predictions: this.#predictions,
      rssMb: this.#rssMb,
      longestBlockMs: this.#delay.max / 1e6,
    };
  }
}

/** The labelers, while they live. Only Linux tells. */
function childPids(): readonly string[] {
  try {
    return readdirSync('/proc/self/task').flatMap((task) =>
      readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
    );
  } catch {
    return [];
  }
}

/** Of this process and its children, those that have ended too. The kernel counts theirs in hundredths of a second. */
function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  const ended = timesOf('self').slice(2);
  return [ended, ...childPids().map((pid) => timesOf(pid).slice(0, 2))].flat().reduce((sum, ticks) => sum + ticks * 1e4, user + system);
}

/** User and system time of a process in ticks, and those of its children that have ended. */
const timesOf = (pid: string): readonly number[] =>
  readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 15).map(Number);

const childrenRssMb = (): number =>
  childPids().reduce((sum, pid) => sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024, 0);
