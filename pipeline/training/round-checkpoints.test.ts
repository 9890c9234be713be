import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { sha256 } from '../../core/index.ts';
import { writeFileAtomic } from '../../dataset/index.ts';
import { runFolder } from '../run-folder.ts';
import type { StageContext } from '../stages/stage.ts';
import { configWith, withDatabase } from '../test-data.ts';
import { keepCheckpoint, newestCheckpoint } from './round-checkpoints.ts';

/** Writes checkpoints of some steps, the third of which is that of the best student. */
function withCheckpoints(steps: readonly number[], use: (context: StageContext, notes: readonly string[]) => Promise<void>): Promise<void> {
  return withDatabase(async (db, path) => {
    const notes: string[] = [];
    const context: StageContext = {
      ...{ db, folder: runFolder(path), config: configWith({}), stop: new AbortController().signal },
      emit: (event) => event.kind === 'note' && notes.push(event.text),
    };
    db.rounds.start(0, { stage: 'train', teacher: null, startedAtMs: 1 });
    for (const step of steps) {
      const file = join(context.folder.checkpoints(0), `${step}.checkpoint`);
      await writeFileAtomic(file, `weights of ${step}`);
      const hash = sha256(createHash('sha256').update(`weights of ${step}`).digest('hex'));
      keepCheckpoint(context, 0, step, { path: file, sha256: hash, bytes: 1 });
      db.metrics.record(0, step, { maskAp: step === steps[2] ? 0.5 : 0.1 });
    }
    await use(context, notes);
  });
}

it('keeps the two newest checkpoints, and that of the best student', () =>
  withCheckpoints([10, 20, 30, 40, 50, 60], async ({ db, folder }) => {
    assert.deepEqual(
      db.checkpoints.ofRound(0).map(({ step }) => step),
      [60, 50, 30],
    );
    assert.deepEqual(readdirSync(folder.checkpoints(0)).sort(), ['30.checkpoint', '50.checkpoint', '60.checkpoint']);
  }));

it('skips a damaged checkpoint for the one before it, and says so', () =>
  withCheckpoints([10, 20], async (context, notes) => {
    writeFileSync(join(context.folder.checkpoints(0), '20.checkpoint'), 'half');
    assert.equal((await newestCheckpoint(context, 0))?.step, 10);
    assert.deepEqual(notes, ['checkpoint checkpoints/round-0/20.checkpoint is missing or damaged: going back to the one before it']);
    assert.equal(context.db.checkpoints.ofRound(0).length, 1);
  }));
