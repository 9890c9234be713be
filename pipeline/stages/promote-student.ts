import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../../dataset/index.ts';
import type { PromotionInput } from '../machine.ts';
import type { StageContext, StageResult } from './stage.ts';

/** The student becomes the next teacher when it is better than its own teacher on human labels; round 0's always does. */
export async function promoteStudent({ db, config, folder }: StageContext, input: PromotionInput): Promise<StageResult<boolean>> {
  const { round, student, studentScore, teacherScore } = input;
  const promoted = round === 0 || (studentScore ?? 0) > (teacherScore ?? 0) + config.promote.margin;
  if (promoted) {
    mkdirSync(folder.models, { recursive: true });
    await writeFileAtomic(folder.best, await readFile(folder.located(db.models.byId(student)?.path as string)));
  }
  return { output: promoted, facts: { promoted, metric: config.promote.metric, student: studentScore, teacher: teacherScore } };
}
