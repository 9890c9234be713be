import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { writeFileAtomic } from '../../dataset/index.ts';
import { sidecarOf } from '../../teacher/index.ts';
import { commitPoint } from '../commit-points.ts';
import type { PromotionInput } from '../machine/machine.ts';
import type { StageContext, StageResult } from './stage.ts';

/** The student becomes the next teacher when it is better than its own teacher on human labels; round 0's always does. */
export async function promoteStudent({ db, config, folder }: StageContext, input: PromotionInput): Promise<StageResult<boolean>> {
  const { round, student, studentScore, teacherScore } = input;
  const promoted = round === 0 || (studentScore ?? 0) > (teacherScore ?? 0) + config.promote.margin;
  if (promoted) await copyModel(folder.located(db.models.byId(student)?.path as string), folder.best);
  commitPoint('best-model-copied');
  return { output: promoted, facts: { promoted, metric: config.promote.metric, student: studentScore, teacher: teacherScore } };
}

/** With the contract beside it, where a given teacher has one. */
async function copyModel(from: string, to: string): Promise<void> {
  await writeFileAtomic(to, await readFile(from));
  if (existsSync(sidecarOf(from))) await writeFileAtomic(sidecarOf(to), await readFile(sidecarOf(from)));
  else await rm(sidecarOf(to), { force: true });
}
