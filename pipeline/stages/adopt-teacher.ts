import type { ModelId } from '../../core/index.ts';
import { mapClasses, nearMisses, readContract } from '../../teacher/index.ts';
import { commitPoint } from '../commit-points.ts';
import { hashFile } from '../hash-file.ts';
import type { RoundInput } from '../machine/machine.ts';
import type { StageContext, StageResult } from './stage.ts';

/** Takes the given model as round 0's result, after checking that it is a teacher for this data set. */
export async function adoptTeacher({ db, config, emit }: StageContext, { round }: RoundInput): Promise<StageResult<ModelId>> {
  const path = config.teacher.model as string;
  const contract = await readContract(path);
  const { map, unmatchedTeacher, unmatchedData } = mapClasses(contract.classNames, db.categories.all(), config.teacher);
  const note = (level: 'info' | 'warn', text: string) => emit({ kind: 'note', round, level, text });
  if (unmatchedTeacher.length > 0) note('info', `the teacher's classes without a category are dropped: ${shorten(unmatchedTeacher)}`);
  if (unmatchedData.length > 0) note('warn', `the teacher never predicts: ${shorten(unmatchedData)}`);
  for (const { teacher, data } of nearMisses(unmatchedTeacher, unmatchedData))
    note('warn', `the teacher's ${JSON.stringify(teacher)} is not taken for ${JSON.stringify(data)} unless teacher.classes says so`);
  const model = db.models.add({ round, role: 'given', path, sha256: await hashFile(path), contract, createdAtMs: Date.now() });
  commitPoint('given-model-registered');
  return { output: model, facts: { classesUsed: map.size, classesDropped: unmatchedTeacher.length } };
}

const shorten = (names: readonly string[]): string =>
  `${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}`;
