import { rmSync } from 'node:fs';
import type { CheckpointRow } from '../../db/index.ts';
import { commitPoint } from '../commit-points.ts';
import { isWhole } from '../hash-file.ts';
import type { WrittenFile } from '../processes/messages.ts';
import type { StageContext } from '../stages/stage.ts';
import { bestPoint } from './validations.ts';

/** The newest checkpoint, and the one before it in case that is damaged. */
const NEWEST_KEPT = 2;

/** The newest checkpoint whose file is what its row says; damaged or missing ones are forgotten. */
export async function newestCheckpoint({ db, emit, folder }: StageContext, round: number): Promise<CheckpointRow | null> {
  for (const checkpoint of db.checkpoints.ofRound(round)) {
    if (await isWhole(folder.located(checkpoint.path), checkpoint.sha256)) return checkpoint;
    const text = `checkpoint ${checkpoint.path} is missing or damaged: going back to the one before it`;
    emit({ kind: 'note', round, level: 'warn', text });
    db.checkpoints.remove(round, checkpoint.step);
  }
  return null;
}

/**
 * Records a checkpoint and removes those that nobody needs: all but the newest and that of the best student. Files go before their rows:
 * a run that is killed between the two finds by the rows what is still to do. A finished round's go in `garbage/remove-garbage.ts`.
 */
export function keepCheckpoint(context: StageContext, round: number, step: number, file: WrittenFile): void {
  const { config, db, folder } = context;
  db.checkpoints.record({ round, step, ...file, path: folder.stored(file.path), createdAtMs: Date.now() });
  commitPoint('checkpoint-row-recorded');
  const best = bestPoint(db.metrics.curve(round, config.promote.metric));
  const older = db.checkpoints.ofRound(round).slice(NEWEST_KEPT);
  for (const checkpoint of older.filter((row) => row.step !== best?.step)) forget(context, checkpoint);
}

/** Removes the checkpoints behind a step, so that the training goes on from there. */
export function goBackTo(context: StageContext, round: number, step: number): void {
  for (const checkpoint of context.db.checkpoints.ofRound(round).filter((row) => row.step > step)) forget(context, checkpoint);
}

function forget({ db, folder }: StageContext, { round, step, path }: CheckpointRow): void {
  rmSync(folder.located(path), { force: true });
  commitPoint('old-checkpoint-file-removed');
  db.checkpoints.remove(round, step);
  commitPoint('old-checkpoint-row-removed');
}
