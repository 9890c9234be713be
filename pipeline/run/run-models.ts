import { readFile } from 'node:fs/promises';
import { type ModelId, SelfpasteError } from '../../core/index.ts';
import { writeFileAtomic } from '../../dataset/index.ts';
import type { ModelRow } from '../../db/index.ts';
import { isWhole } from '../hash-file.ts';
import type { RunContext } from '../machine/machine.ts';
import type { StageContext } from '../stages/stage.ts';

type Run = Pick<StageContext, 'db' | 'emit' | 'folder'>;

/**
 * Looks at the files of the models that a run goes on with, which may have been damaged while it stood still. A student is trained again,
 * or its copy takes its place: what comes of the run stays the same.
 * @returns where to go on
 * @throws SelfpasteError MODEL_DAMAGED where a model is lost that the run cannot make again
 */
export async function withWholeModels(run: Run, context: RunContext): Promise<RunContext> {
  const [teacher, student] = [rowOf(run, context.teacher), rowOf(run, context.student)];
  if (teacher !== null) {
    await mendTeacher(run, teacher);
    await mendBest(run, teacher, student);
  }
  const isUsed = context.stage === 'evaluate' || context.stage === 'promote';
  if (student === null || !isUsed || (await isWhole(run.folder.located(student.path), student.sha256))) return context;
  if (student.role === 'given') throw damaged(run, student);
  warn(run, context.round, `${student.path} is missing or damaged: it is trained again from a checkpoint`);
  return { ...context, stage: 'train', student: null, studentScore: null, retry: null };
}

const rowOf = ({ db }: Run, id: ModelId | null): ModelRow | null => (id === null ? null : (db.models.byId(id) ?? null));

async function mendTeacher(run: Run, teacher: ModelRow): Promise<void> {
  const { best, located } = run.folder;
  if (await isWhole(located(teacher.path), teacher.sha256)) return;
  // A given model is its owner's file: the run does not write there.
  if (teacher.role === 'given' || !(await isWhole(best, teacher.sha256))) throw damaged(run, teacher);
  await writeFileAtomic(located(teacher.path), await readFile(best));
  warn(run, teacher.round, `${teacher.path} was missing or damaged: models/best.onnx is a copy of it and took its place`);
}

/** The best model is the teacher, or already the student where promoting it was interrupted. */
async function mendBest(run: Run, teacher: ModelRow, student: ModelRow | null): Promise<void> {
  const { best, located } = run.folder;
  for (const model of [teacher, student]) if (model !== null && (await isWhole(best, model.sha256))) return;
  await writeFileAtomic(best, await readFile(located(teacher.path)));
  warn(run, teacher.round, `models/best.onnx was missing or damaged: ${teacher.path}, which it is a copy of, took its place`);
}

function warn({ emit }: Run, round: number, text: string): void {
  emit({ kind: 'note', round, level: 'warn', text });
}

function damaged({ folder }: Run, { path, sha256 }: ModelRow): SelfpasteError {
  return new SelfpasteError(
    'MODEL_DAMAGED',
    `Expected the model ${path} with the SHA-256 ${sha256}, but the file is missing or has changed`,
    `put that file back (\`sha256sum ${folder.best}\` shows whether models/best.onnx is a copy of it), then go on with \`selfpaste resume ${folder.path}\``,
  );
}
