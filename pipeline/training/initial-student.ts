import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { derivedSeed, type ModelId, onnx, SelfpasteError } from '../../core/index.ts';
import { makeFolders, writeFileAtomic } from '../../dataset/index.ts';
import { readSpec, SPEC_KEY, type Strides, type StudentSpec, warmStart } from '../../student/index.ts';
import { commitPoint } from '../commit-points.ts';
import type { RoundInput } from '../machine/machine.ts';
import type { StageContext } from '../stages/stage.ts';
import { buildPlanned, knownText, planStudent } from './student-plan.ts';
import { readWarmStartSource } from './warm-start-source.ts';

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
    commitPoint('initial-student-written');
  }
  return specOfFile(file);
}

/** What a student's file says of itself. */
export async function specOfFile(file: string): Promise<StudentSpec> {
  return readSpec(onnx.decodeModel(await readFile(file)));
}

/** The strides of a student that a run trained. Files of earlier versions state them, too: pictures for those can be drawn again. */
export async function stridesOfFile(file: string): Promise<Strides> {
  const { metadata } = onnx.decodeModel(await readFile(file));
  return (JSON.parse(metadata.get(SPEC_KEY) as string) as Pick<StudentSpec, 'strides'>).strides;
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
  const source = await readWarmStartSource(folder.located(db.models.byId(teacher)?.path as string));
  const wanted = { classNames: db.categories.all().map(({ name }) => name), inputSize: config.student.inputSize };
  if (isStudentFor(source.model, wanted)) return { model: source.model, why: "the teacher's own weights" };
  try {
    const { model, keptClasses } = warmStart(source, wanted, seed);
    return { model, why: `warm start from the teacher; ${knownText(source.model, keptClasses, wanted.classNames)}` };
  } catch (error) {
    if (!(error instanceof SelfpasteError) || !error.code.startsWith('MODEL_')) throw error;
    const text = `student.init is "teacher", but no student can start from this one: ${error.message}; starting from random weights`;
    emit({ kind: 'note', round, level: 'warn', text });
    return null;
  }
}

function isStudentFor(model: onnx.Model, { classNames, inputSize }: Pick<StudentSpec, 'classNames' | 'inputSize'>): boolean {
  const spec = specIn(model);
  return spec !== null && spec.inputSize === inputSize && JSON.stringify(spec.classNames) === JSON.stringify(classNames);
}

/** Null for models that are no students, and for students of earlier versions, which training cannot go on with as they are. */
function specIn(model: onnx.Model): StudentSpec | null {
  try {
    return readSpec(model);
  } catch (error) {
    if (error instanceof SelfpasteError && error.code === 'MODEL_NOT_STUDENT') return null;
    throw error;
  }
}
