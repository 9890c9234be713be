import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import test, { after, before } from 'node:test';
import type { RunConfigInput } from '../../config/index.ts';
import { type CandidateSet, candidateSet, type ImageId, type ModelId, maskOverlaps, type Size, sha256 } from '../../core/index.ts';
import { writePng } from '../../dataset/index.ts';
import type { RunDatabase, StoredPrediction } from '../../db/index.ts';
import { catAndDog, writeTinyModel } from '../../test/contract/teacher-models.ts';
import { handDown } from '../inheritance/parent-run.ts';
import type { RunEvent } from '../progress.ts';
import { runFolder } from '../run-folder.ts';
import { configWith, withDatabase } from '../test-data.ts';
import { labelImages } from './label-images.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfpaste-label-'));
process.env.XDG_CACHE_HOME = folder;
after(() => rmSync(folder, { recursive: true }));

const COUNT = 60;
const model = writeTinyModel(join(folder, 'model.onnx'), catAndDog);
const pathOf = (at: number) => join(folder, 'pictures', `${at}.png`);
/** No two are alike, so that neither are their masks. */
const sizeOf = (at: number): Size => ({ width: 20 + at, height: 90 - at });

before(async () => {
  mkdirSync(join(folder, 'pictures'));
  for (let at = 0; at < COUNT; at++) {
    const size = sizeOf(at);
    await writePng(pathOf(at), { size, data: new Uint8Array(3 * size.width * size.height).fill(at) });
  }
});

/** A round that labels the first pictures, and its teacher. */
function beginLabeling(db: RunDatabase, pictures: number): ModelId {
  for (let at = 0; at < pictures; at++) {
    const facts = { sha256: sha256(at.toString(16).padStart(64, '0')), path: pathOf(at), fileName: `${at}.png`, size: sizeOf(at) };
    db.images.add({ ...facts, orientation: 1, subset: 'unlabeled', sourceId: null });
  }
  const id = db.models.add({ round: 0, role: 'given', path: model, sha256: sha256('a'.repeat(64)), contract: {}, createdAtMs: 1 });
  db.rounds.start(1, { stage: 'label', teacher: id, startedAtMs: 1 });
  return id;
}

interface Labeled {
  readonly rows: readonly (readonly StoredPrediction[])[];
  readonly candidates: readonly CandidateSet[];
  readonly notes: readonly string[];
  readonly longestBlockMs: number;
}

/** Labels the pictures in a new database. @param each is called after every picture */
function label(
  teacher: NonNullable<RunConfigInput['teacher']>,
  each: (done: number, db: RunDatabase) => void = () => {},
): Promise<Labeled> {
  return withDatabase(async (db, path) => {
    const id = beginLabeling(db, COUNT);
    const notes: string[] = [];
    const emit = (event: RunEvent) => {
      if (event.kind === 'note') notes.push(event.text);
      if (event.kind === 'progress') each(event.done, db);
    };
    const config = configWith({ teacher: { floor: 0.2, ...teacher } });
    const clock = new BlockClock();
    const stop = new AbortController().signal;
    await labelImages({ db, config, folder: runFolder(path), emit, stop }, { round: 1, teacher: id });
    const rows = Array.from({ length: COUNT }, (_, at) => db.labeling.predictions(1, { id: (at + 1) as ImageId, size: sizeOf(at) }));
    const candidates = [...db.labeling.candidateSets(1)].map((set) => set.candidates);
    return { rows, candidates, notes, longestBlockMs: clock.stop() };
  });
}

/**
 * The longest time between two turns of the event loop in which this process worked; on a busy machine it also waits, for which it
 * cannot be blamed.
 */
class BlockClock {
  #longestMs = 0;
  #atMs = performance.now();
  #cpu = process.cpuUsage();
  readonly #timer = setInterval(() => this.#turn(), 1);

  stop(): number {
    this.#turn();
    clearInterval(this.#timer);
    return this.#longestMs;
  }

  #turn(): void {
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#longestMs = Math.max(this.#longestMs, Math.min((user + system) / 1000, performance.now() - this.#atMs));
    this.#atMs = performance.now();
    this.#cpu = process.cpuUsage();
  }
}

const labelerPids = (): number[] =>
  execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('labeler.js'))
    .map((line) => Number.parseInt(line, 10));

const LONGEST_BLOCK_MS = 50;

test('one process and three write the same rows in the same order', async () => {
  const one = await label({ processes: 1, threads: 1, batch: 1 });
  const three = await label({ processes: 3, threads: 1, batch: 1 });
  assert.deepEqual(three.rows, one.rows);
  assert.deepEqual(one.notes, ['labeling with 1 process of 1 thread: as configured']);
  assert.deepEqual(three.notes, ['labeling with 3 processes of 1 thread: as configured']);
});

test('what selection needs is kept beside the rows: the overlaps of masks, and how sure the model is of them', async () => {
  // Of the cat and its repetition, which NMS on boxes is told to leave.
  const { rows, candidates } = await label({ processes: 1, threads: 1, batch: 1, nmsIou: 1 });
  const expected = rows.map((predictions) => candidateSet(predictions, maskOverlaps(predictions.map(({ mask }) => mask))));
  assert.deepEqual(candidates, expected);
  assert.ok(candidates.every(({ overlaps, maskProbabilities }) => overlaps.iou.length === 1 && maskProbabilities[0] > 0.5));
});

test('batches give the same rows', async () => {
  const one = await label({ processes: 1, threads: 1, batch: 1 });
  assert.deepEqual((await label({ processes: 2, threads: 1, batch: 4 })).rows, one.rows);
});

test('one of two processes killed at work costs nothing but its own pictures being looked at again', async () => {
  const whole = await label({ processes: 2, threads: 1, batch: 1 });
  const killed = await label({ processes: 2, threads: 1, batch: 1 }, (done) => {
    if (done === 1) process.kill(labelerPids()[0], 'SIGKILL');
  });
  assert.deepEqual(killed.rows, whole.rows);
  assert.match(killed.notes.join('\n'), /^The labeler process \d+ ended unexpectedly \(SIGKILL\); started again$/m);
});

test('pictures that are to be tried again meanwhile are labeled before the stage ends, and no others', async () => {
  const whole = await label({ processes: 1, threads: 1, batch: 1 });
  const [good, away] = [pathOf(3), join(folder, 'away.png')];
  renameSync(good, away);
  let retried = 0;
  let pictures = 0;
  const again = await label({ processes: 1, threads: 1, batch: 1 }, (done, db) => {
    pictures++;
    if (done < COUNT || retried > 0) return;
    renameSync(away, good);
    retried = db.labeling.retryFailed(1);
  });
  assert.deepEqual([retried, pictures], [1, COUNT + 1]);
  // It came last, so that only ids are others.
  assert.deepEqual(
    again.rows.map((rows) => rows.map(({ score, box }) => [score, box])),
    whole.rows.map((rows) => rows.map(({ score, box }) => [score, box])),
  );
});

test('pictures that are taken over say nothing of how fast the model is', () =>
  withDatabase((there, parentPath) =>
    withDatabase(async (db, path) => {
      const taken = 55;
      const config = configWith({ teacher: { floor: 0.2, processes: 1, threads: 1 } });
      const stop = new AbortController().signal;
      there.runs.create({ name: 'base', seed: 0, config, configHash: '', programVersion: '0', machineVersion: 4, createdAtMs: 1 });
      const began = { db: there, config, folder: runFolder(parentPath), emit: () => undefined, stop };
      await labelImages(began, { round: 1, teacher: beginLabeling(there, taken) });
      await handDown(began, runFolder(path));

      const seen: (readonly [rate: unknown, toDetect: unknown])[] = [];
      const emit = (event: RunEvent) => {
        if (event.kind === 'progress') seen.push([event.facts.rate, event.facts.toDetect]);
      };
      const teacher = beginLabeling(db, COUNT);
      const startedMs = Date.now();
      await labelImages({ db, config, folder: runFolder(path), emit, stop }, { round: 1, teacher });
      const seconds = (Date.now() - startedMs) / 1000;
      assert.deepEqual(seen.slice(0, taken), Array(taken).fill([undefined, COUNT - taken]));
      assert.deepEqual(
        seen.slice(taken).map(([, toDetect]) => toDetect),
        [4, 3, 2, 1, 0],
      );
      const rate = Number(seen.at(-1)?.[0]);
      assert.ok(rate * seconds >= COUNT - taken && rate * seconds < COUNT / 2, `${rate} a second in ${seconds} s`);
    }),
  ));

test('the event loop of the orchestrator is never blocked for long', async () => {
  const { longestBlockMs } = await label({ processes: 2, threads: 1, batch: 1 });
  assert.ok(longestBlockMs < LONGEST_BLOCK_MS, `blocked for ${longestBlockMs} ms`);
});

test('a provider that cannot run here is said, once, and the CPU labels', async () => {
  const { rows } = await label({ processes: 2, threads: 1, batch: 1 });
  const absent = process.platform === 'darwin' ? 'cuda' : 'coreml';
  const fallen = await label({ processes: 2, threads: 1, batch: 1, providers: [absent] });
  assert.deepEqual(fallen.rows, rows);
  assert.equal(fallen.notes.length, 2);
  assert.match(fallen.notes[1], new RegExp(`^${absent} cannot run the model here, cpu is tried instead: .*not found`));
});
