/** Where runs meet faults: a data set, the settings of a run of seconds that passes by everything, and how that run ends undisturbed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunConfigInput } from '../../config/index.ts';
import { assertClean, outcome, stageOf } from '../interruption.ts';
import { assertEnded, lookInto, makeScenes, type Program, SMALL, signal, startProgram, writeConfig } from '../small-run.ts';

/** Two labelers, validations, checkpoints that are replaced, and no second try of a stage. */
export const FAULTS: RunConfigInput = {
  ...SMALL,
  teacher: { ...SMALL.teacher, processes: 2 },
  train: { ...SMALL.train, steps: 12, checkpointSteps: 2, validateSteps: 6 },
  retry: { waits: [] },
  disk: { minFreeMb: 0 },
};

type Outcome = ReturnType<typeof outcome>;

/** How long runs take here, in ms. */
export interface Pace {
  readonly runMs: number;
  /** Until a process begins to work. */
  readonly startMs: number;
}

/** By which the processes of a run are known, also those whose parent was killed. */
const TAG = 'SELFPASTE_TEST_RUN';
const LEAVE_MS = 30_000;
/** Somebody who is told of runs that go on, so that they pass by what comes of that. */
const TOLD = ['--on-event', 'true'] as const;
/** Some runs of these settings. */
const DISK_BYTES = 128 * 2 ** 20;

export class FaultBed {
  readonly folder: string;
  /** What every run must come to. */
  readonly undisturbed: Outcome;
  readonly pace: Pace;

  /** Whether runs lie on a small disk of their own, which can be filled. */
  readonly isDisk: boolean;

  private constructor(folder: string, isDisk: boolean, undisturbed: Outcome, pace: Pace) {
    this.folder = folder;
    this.isDisk = isDisk;
    this.undisturbed = undisturbed;
    this.pace = pace;
  }

  /** Makes the data set, and runs undisturbed. */
  static async make(config: RunConfigInput = FAULTS): Promise<FaultBed> {
    const folder = mkdtempSync(join(tmpdir(), 'selfpaste-faults-'));
    const isDisk = mountDisk(join(folder, 'runs'));
    await makeScenes(folder);
    writeConfig(folder, config);
    const startedMs = Date.now();
    assertEnded(await launchIn(folder, 'undisturbed').ended, 0);
    const runMs = Date.now() - startedMs;
    const run = join(folder, 'runs', 'undisturbed');
    assertClean(run);
    const startMs = lookInto(run, (db) => (db.stageTimes.all()[0]?.startedAtMs ?? 0) - startedMs);
    return new FaultBed(folder, isDisk, outcome(run), { runMs, startMs });
  }

  folderOf(name: string): string {
    return join(this.folder, 'runs', name);
  }

  launch(name: string, variables: NodeJS.ProcessEnv = {}): Program {
    return launchIn(this.folder, name, variables);
  }

  resume(name: string, variables: NodeJS.ProcessEnv = {}): Program {
    return startProgram(['resume', this.folderOf(name), ...TOLD], this.folder, { [TAG]: tagOf(this.folder, name), ...variables });
  }

  /** Resumes; a run that was killed before it was written down at all is started again. */
  goOn(name: string, variables: NodeJS.ProcessEnv = {}): Program {
    return this.hasBegun(name) ? this.resume(name, variables) : launchIn(this.folder, name, variables, TOLD);
  }

  /** Whether the database says that there is a run. */
  hasBegun(name: string): boolean {
    try {
      return existsSync(join(this.folderOf(name), 'selfpaste.db')) && lookInto(this.folderOf(name), (db) => db.runs.facts() !== undefined);
    } catch {
      return false;
    }
  }

  /** The round and the stage in which a run is, as `1/train`. */
  placeOf(name: string): string {
    if (!this.hasBegun(name)) return 'nothing';
    return lookInto(this.folderOf(name), (db) => (db.rounds.latest() === undefined ? 'its beginning' : stageOf(db)));
  }

  /** Resumes to the end, and compares. */
  async finish(name: string): Promise<void> {
    assertEnded(await this.goOn(name).ended, 0);
    await this.assertSame(name);
  }

  /** That a run has ended as the undisturbed one, and has left nothing behind. */
  async assertSame(name: string): Promise<void> {
    await this.assertNobodyLeft(name);
    assertClean(this.folderOf(name));
    const [ended, undisturbed] = [outcome(this.folderOf(name)), this.undisturbed];
    for (const table of Object.keys(undisturbed.rows)) assert.deepEqual(ended.rows[table], undisturbed.rows[table], table);
    assert.deepEqual(ended, undisturbed);
  }

  /** Children of a process that was killed leave when their channel closes. */
  async assertNobodyLeft(name: string): Promise<void> {
    const deadline = performance.now() + LEAVE_MS;
    for (let left = this.processesOf(name); left.length > 0; left = this.processesOf(name)) {
      assert.ok(performance.now() < deadline, `processes ${left} live on`);
      await pause(50);
    }
  }

  /** All processes that work, or worked, on a run. */
  processesOf(name: string): number[] {
    return processesWith(`${TAG}=${tagOf(this.folder, name)}\0`);
  }

  removeRun(name: string): void {
    rmSync(this.folderOf(name), { recursive: true, force: true });
  }

  /** Also ends what a test that failed left at work. */
  remove(): void {
    for (const pid of processesWith(`${TAG}=${tagOf(this.folder, '')}`)) signal(pid, 'SIGKILL');
    if (this.isDisk) spawnSync('umount', ['-l', join(this.folder, 'runs')]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** @returns whether a disk was mounted: not everybody may, and not everywhere */
function mountDisk(folder: string): boolean {
  mkdirSync(folder);
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'selfpaste-test', folder]).status === 0;
}

/** The settings of runs whose teacher is the model that the undisturbed run of a bed made. */
export function givenTo(bed: FaultBed): RunConfigInput {
  return { ...FAULTS, teacher: { ...FAULTS.teacher, model: join(bed.folderOf('undisturbed'), 'models', 'best.onnx') } };
}

const tagOf = (folder: string, name: string): string => `${folder}:${name}`;

function launchIn(folder: string, name: string, variables: NodeJS.ProcessEnv = {}, who: readonly string[] = []): Program {
  return startProgram(['run', '-c', join(folder, 'selfpaste.yaml'), '--set', `name=${name}`, ...who], folder, {
    [TAG]: tagOf(folder, name),
    ...variables,
  });
}

/** All processes that have something in their environment. */
function processesWith(text: string): number[] {
  const numbers = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return numbers.filter((pid) => readOf(`/proc/${pid}/environ`).includes(text)).map(Number);
}

/** Nothing for a process that has ended; a zombie's is empty. */
function readOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
