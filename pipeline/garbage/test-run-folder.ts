/** The folder of a run whose first round is finished and whose second one trains, with files of every kind. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';

/** Needed to go on, to draw pictures again or to use a model, or nobody's business. */
export const NEEDED = [
  'checkpoints/round-1/step-0000200.checkpoint',
  'models/best.contract.json',
  'models/best.onnx',
  'models/round-0-student.onnx',
  'models/round-1-interim.onnx',
  'models/round-1-step-100.onnx',
  'notes.txt',
  'rounds/round-0-initial.onnx',
  'rounds/round-0-training-set.json',
  'rounds/round-1-initial.onnx',
  'selfpaste.db.damaged-1',
  'tensorboard/round-0/events.out.tfevents.1700000000000.selfpaste',
  'checkpoints/round-1/failed-batch-step-7.json',
  'logs/run.ndjson',
] as const;
/** Goes by rule. */
export const UNNEEDED = [
  'checkpoints/round-0/step-0000100.checkpoint',
  'checkpoints/round-0/step-0000200.checkpoint',
  'checkpoints/round-1/step-0000137.checkpoint',
  'models/.best.onnx.0b4c1f6e-9d1a-4a1c-8f7e-1c2d3e4f5a6b.tmp',
  'models/round-0-interim.onnx',
  'models/round-0-step-100.onnx',
] as const;
/** Goes with --all. */
export const FOR_PEOPLE = [
  'checkpoints/round-0/failed-batch-step-7.json',
  'checkpoints/round-0/failed-step-7.checkpoint',
  'logs/run.1.ndjson',
  'parent/models/round-0-student.onnx',
  'parent/parent/models/round-0-student.onnx',
  'parent/parent/selfpaste.db',
  'parent/selfpaste.db',
  'selfpaste.v1.backup.db',
] as const;

export const BYTES_EACH = 1000;

/** Writes the files beside a database, which gets the rows. One checkpoint of each round is known. */
export function fillRunFolder(db: RunDatabase): void {
  const folder = dirname(db.path);
  for (const path of [...NEEDED, ...UNNEEDED, ...FOR_PEOPLE]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), Buffer.alloc(BYTES_EACH));
  }
  for (const round of [0, 1]) {
    db.rounds.start(round, { stage: 'train', teacher: null, startedAtMs: 1 });
    recordCheckpoint(db, round);
  }
  db.rounds.finish(0, { promoted: true, finishedAtMs: 2 });
}

/** @param round whose checkpoint of step 200 the database shall know */
export function recordCheckpoint(db: RunDatabase, round: number): void {
  const hash = sha256(createHash('sha256').update(Buffer.alloc(BYTES_EACH)).digest('hex'));
  const path = `checkpoints/round-${round}/step-0000200.checkpoint`;
  db.checkpoints.record({ round, step: 200, path, sha256: hash, bytes: BYTES_EACH, createdAtMs: 1 });
}
