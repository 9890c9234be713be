import { existsSync, rmSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { writeFileAtomic } from '../../dataset/index.ts';
import type { MetricPoint } from '../../db/index.ts';
import { commitPoint } from '../commit-points.ts';
import { measureModel } from '../measuring/measure-model.ts';
import { measuredIn } from '../measuring/measured-numbers.ts';
import { labelingFile } from '../measuring/model-detections.ts';
import type { Continuation } from '../processes/messages.ts';
import type { StageContext } from '../stages/stage.ts';
import { bestPoint, hasStalled } from './validations.ts';

/**
 * The students of a round: what the trainer wrote at some steps. A student has its numbers in the database before anything is decided
 * by them, and a step that has numbers keeps its file: a training that is resumed decides as it did before.
 */

/** Measures the interim student of a step, and says whether the training shall go on. */
export async function validate(context: StageContext, round: number, step: number): Promise<Continuation> {
  const { config, emit, db } = context;
  if (await keepInterim(context, round, step)) await measure(context, round, step);
  else emit({ kind: 'measured', round, step, facts: measuredIn(db.metrics.at(round, step)) });
  forgetStudents(context, round);
  const curve = curveOf(context, round).filter((point) => point.step <= step);
  return hasStalled(curve, config.train.patience) ? 'stop-here' : 'go-on';
}

/** Makes the best student the round's, the last one included. @returns its step */
export async function chooseStudent(context: StageContext, round: number, lastStep: number): Promise<number> {
  const { folder } = context;
  const isNew = await keepInterim(context, round, lastStep);
  // Without others to compare it with, the last one is measured by the next stage.
  if (isNew && curveOf(context, round).length > 0) await measure(context, round, lastStep);
  const step = chosenStep(context, round) ?? lastStep;
  await writeFileAtomic(folder.student(round), await readFile(folder.studentAt(round, step)));
  commitPoint('student-copied');
  return step;
}

/** Removes the files of students that are neither the best nor the last; once the round has its student, of that one's, too. */
export function forgetStudents(context: StageContext, round: number, chosen?: number): void {
  const { folder } = context;
  const curve = curveOf(context, round);
  const kept = new Set([bestPoint(curve)?.step, curve.at(-1)?.step].filter((step) => step !== chosen));
  const steps = [...curve.map(({ step }) => step), ...(chosen === undefined ? [] : [chosen])];
  for (const step of steps.filter((each) => !kept.has(each))) {
    rmSync(folder.studentAt(round, step), { force: true });
    commitPoint('step-student-removed');
  }
}

/** The step of the round's student, or of what it would be by now. Null where none was measured: then it is the last one. */
export const chosenStep = (context: StageContext, round: number): number | null => bestPoint(curveOf(context, round))?.step ?? null;

const curveOf = ({ config, db }: StageContext, round: number): readonly MetricPoint[] => db.metrics.curve(round, config.promote.metric);

/** Gives the interim student its step's name, unless that step was measured before and has its file. @returns whether it was not measured */
async function keepInterim(context: StageContext, round: number, step: number): Promise<boolean> {
  const { folder } = context;
  const isNew = curveOf(context, round).every((point) => point.step !== step);
  if (!isNew && existsSync(folder.studentAt(round, step))) {
    rmSync(folder.interimStudent(round), { force: true });
    return false;
  }
  await rename(folder.interimStudent(round), folder.studentAt(round, step));
  commitPoint('interim-student-kept');
  return isNew;
}

async function measure(context: StageContext, round: number, step: number): Promise<void> {
  const file = await labelingFile(context, context.folder.studentAt(round, step));
  await measureModel(context, file, { round, stage: 'train', step });
}
