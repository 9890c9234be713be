import { existsSync, rmSync } from 'node:fs';
import type { CheckpointRow } from '../db/index.ts';
import { hashFile } from './hash-file.ts';
import type { WrittenFile } from './processes/messages.ts';
import type { StageContext } from './stages/stage.ts';
import { bestPoint } from './validations.ts';

/** The newest checkpoint, and the one before it in case that is damaged. */
const NEWEST_KEPT = 2;

/** The newest checkpoint whose file is what its row says; damaged or missing ones are forgotten. */
export async function newestCheckpoint({ db, emit, folder }: StageContext, round: number): Promise<CheckpointRow | null> {
  for (const checkpoint of db.checkpoints.ofRound(round)) {
    const file = folder.located(checkpoint.path);
    if (existsSync(file) && (await hashFile(file)) === checkpoint.sha256) return checkpoint;
    const text = `checkpoint ${checkpoint.path} is missing or damaged: going back to the one before it`;
    emit({ kind: 'note', round, level: 'warn', text });
    db.checkpoints.remove(round, checkpoint.step);
  }
  return null;
}

/** Records a checkpoint and removes those that nobody needs: all but the newest and that of the best student. */
export function keepCheckpoint({ config, db, folder }: StageContext, round: number, step: number, file: WrittenFile): void {
  db.checkpoints.record({ round, step, ...file, path: folder.stored(file.path), createdAtMs: Date.now() });
  const best = bestPoint(db.metrics.curve(round, config.promote.metric));
  const older = db.checkpoints.ofRound(round).slice(NEWEST_KEPT);
  for (const checkpoint of older.filter((row) => row.step !== best?.step)) {
    db.checkpoints.remove(round, checkpoint.step);
    rmSync(folder.located(checkpoint.path), { force: true });
  }
}
