import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type ModelId, sha256 } from '../../core/index.ts';
import { mapClasses, readContract } from '../../teacher/index.ts';
import type { RoundInput } from '../machine.ts';
import type { StageContext, StageResult } from './stage.ts';

/** Takes the given model as round 0's result, after checking that it is a teacher for this data set. */
export async function adoptTeacher({ db, config, emit }: StageContext, { round }: RoundInput): Promise<StageResult<ModelId>> {
  const path = config.teacher.model as string;
  const contract = await readContract(path);
  const { map, unmatchedTeacher, unmatchedData } = mapClasses(contract.classNames, db.categories.all(), config.teacher.classes);
  if (unmatchedData.length > 0) emit({ kind: 'note', round, level: 'warn', text: `the teacher never predicts: ${shorten(unmatchedData)}` });
  const model = db.models.add({ round, role: 'given', path, sha256: await hashFile(path), contract, createdAtMs: Date.now() });
  return { output: model, facts: { classesUsed: map.size, classesDropped: unmatchedTeacher.length } };
}

async function hashFile(path: string): Promise<ReturnType<typeof sha256>> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return sha256(hash.digest('hex'));
}

const shorten = (names: readonly string[]): string =>
  `${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}`;
