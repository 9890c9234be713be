import type { ModelId } from '../../core/index.ts';
import type { ModelRow } from '../../db/index.ts';
import { commitPoint } from '../commit-points.ts';
import { hashFile, isWhole } from '../hash-file.ts';
import type { RoundInput } from '../machine/machine.ts';
import type { StageContext } from '../stages/stage.ts';
import { initialStudent } from '../training/initial-student.ts';
import { prepareTraining } from '../training/round-training.ts';
import { copyMetrics } from './inherited-measuring.ts';
import { type ParentRun, withParents } from './parent-run.ts';
import { readsSameSettings, sameTrainingSet, sameValidation } from './same-data.ts';
import { shareFiles } from './share-files.ts';

/** Whether a round's training is the one that the parent has done. */
export type TrainingVerdict = { readonly kind: 'same'; readonly student: ModelRow } | { readonly kind: 'other'; readonly why: string };

/**
 * Takes over a round's student with its numbers where a parent trained the same one: same pictures, labels, settings and first weights,
 * measured on the same validation pictures. Where it is another one, nothing that comes after it can be known either, which is said.
 * @returns null where the student is to be trained
 */
export function takeOverTraining(context: StageContext, input: RoundInput): Promise<ModelId | null> {
  return withParents(context, async (parents) => {
    const { round } = input;
    const note = (text: string) => context.emit({ kind: 'note', round, level: 'info', text });
    const whyNot: string[] = [];
    for (const parent of parents) {
      const verdict = await judgeTraining(context, parent, input);
      if (verdict.kind === 'same') {
        const student = await takeOver(context, parent, input, verdict.student);
        note(`the student of round ${round} is taken over from ${parent.name}: its training would be the same`);
        return student;
      }
      whyNot.push(`nothing is taken over from ${parent.name} from here on: ${verdict.why}`);
    }
    for (const text of whyNot) note(text);
    return null;
  });
}

/** Makes the round's first student on the way, by which it is judged. */
export async function judgeTraining(context: StageContext, parent: ParentRun, input: RoundInput): Promise<TrainingVerdict> {
  const { round } = input;
  const other = (why: string): TrainingVerdict => ({ kind: 'other', why });
  const student = parent.db.models.all().find((model) => model.round === round && model.role === 'student');
  if (student === undefined) return other(`it has no student of round ${round}`);
  if (!(await isWhole(parent.folder.located(student.path), student.sha256))) return other(`its student of round ${round} is damaged`);
  if (!readsSameSettings('train', round, parent, context.config)) return other(`round ${round} trains under other settings`);
  if (!(await sameValidation(context, parent.db))) return other('the validation pictures or their labels are others');
  if (!(await sameTrainingSet(context, round, parent.db))) return other(`round ${round} trains on other pictures or labels`);
  await initialStudent(context, input);
  const begins = await isWhole(parent.folder.initialStudent(round), await hashFile(context.folder.initialStudent(round)));
  return begins ? { kind: 'same', student } : other(`the student of round ${round} begins with other weights`);
}

/** Files first: the row of a student says that its training is done. */
async function takeOver(context: StageContext, parent: ParentRun, input: RoundInput, student: ModelRow): Promise<ModelId> {
  const { db, folder } = context;
  const { round } = input;
  await prepareTraining(context, input);
  await shareFiles(parent, (file) => file.round === round && file.role !== 'initial', folder.path);
  const id = db.transaction(() => {
    copyMetrics(db, parent, round);
    return db.models.add({ ...student, createdAtMs: Date.now() });
  });
  commitPoint('student-registered');
  return id;
}
