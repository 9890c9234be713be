import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { derivedSeed, type ModelId, onnx, SelfpasteError } from '../core/index.ts';
import { makeFolders, writeFileAtomic } from '../dataset/index.ts';
import { readSpec, SPEC_KEY, type StudentSpec, warmStart } from '../student/index.ts';
import type { RoundInput } from './machine.ts';
import type { StageContext } from './stages/stage.ts';
import { buildPlanned, knownText, planStudent } from './student-plan.ts';

/** A student before training, and why it is what it is. */
interface Beginning {
  readonly model: onnx.Model;
  readonly why: string;
}

/**
 * The round's student before training, in the run's folder. It is made once: a round that is resumed goes on with the network that it
 * began with, whatever has become of the file that this started from.
 */
export async function initialStudent(context: StageContext, input: RoundInput): Promise<StudentSpec> {
  const { emit, folder } = context;
  const file = folder.initialStudent(input.round);
  if (!existsSync(file)) {
    const { model, why } = await begin(context, input);
    emit({ kind: 'note', round: input.round, level: 'info', text: `student: ${why}` });
    makeFolders(dirname(file));
    await writeFileAtomic(file, onnx.encodeModel(model));
  }
  return specOfFile(file);
}

/** What a student's file says of itself. */
export async function specOfFile(file: string): Promise<StudentSpec> {
  return readSpec(onnx.decodeModel(await readFile(file)));
}

async function begin(context: StageContext, { round, teacher }: RoundInput): Promise<Beginning> {
  const { config, db } = context;
  const seed = derivedSeed(config.seed, 'student', round);
  const fromTeacher = config.student.init === 'teacher' && teacher !== null ? await beginWithTeacher(context, round, teacher, seed) : null;
  if (fromTeacher !== null) return fromTeacher;
  const plan = await planStudent(config, db);
  return { model: buildPlanned(plan, seed), why: plan.why };
}

/** The teacher itself where it is a student for this data, else what it knows of it; null where no student can start from it. */
async function beginWithTeacher(
  { config, db, emit, folder }: StageContext,
  round: number,
  teacher: ModelId,
  seed: number,
): Promise<Beginning | null> {
  const model = onnx.decodeModel(await readFile(folder.located(db.models.byId(teacher)?.path as string)));
  const wanted = { classNames: db.categories.all().map(({ name }) => name), inputSize: config.student.inputSize };
  if (isStudentFor(model, wanted)) return { model, why: "the teacher's own weights" };
  try {
    const begun = warmStart(model, wanted, seed);
    return { model: begun.model, why: `warm start from the teacher; ${knownText(model, begun.keptClasses, wanted.classNames)}` };
  } catch (error) {
    if (!(error instanceof SelfpasteError) || !error.code.startsWith('MODEL_')) throw error;
    const text = `student.init is "teacher", but no student can start from this one: ${error.message}; starting from random weights`;
    emit({ kind: 'note', round, level: 'warn', text });
    return null;
  }
}

function isStudentFor(model: onnx.Model, { classNames, inputSize }: Pick<StudentSpec, 'classNames' | 'inputSize'>): boolean {
  if (!model.metadata.has(SPEC_KEY)) return false;
  const spec = readSpec(model);
  return spec.inputSize === inputSize && JSON.stringify(spec.classNames) === JSON.stringify(classNames);
}
