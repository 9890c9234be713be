import { readFile } from 'node:fs/promises';
import { errorFromFacts, onnx, parseClassNames } from '../../core/index.ts';
import type { WarmStartSource } from '../../student/index.ts';
import { type ModelProbe, probeModel } from '../../teacher/index.ts';

/**
 * A model file as a student may start from it. What is no model, or could do harm, is refused here; whether a student can start from it
 * `warmStart` says. Throws MODEL_* as `probeModel` does, MODEL_BAD_NAMES and MODEL_CLASS_MISMATCH for names that are not its classes'.
 */
export async function readWarmStartSource(file: string): Promise<WarmStartSource> {
  const probe = await probeModel(file);
  return { model: onnx.decodeModel(await readFile(file)), classNames: namesOf(probe) };
}

/** What a teacher is refused for, and what is wrong with a start, too: rows would be kept under other names, or none of them. */
const NAME_FAULTS: readonly string[] = ['MODEL_BAD_NAMES', 'MODEL_CLASS_MISMATCH'];

/** Names by class row, as the file's contract as a teacher has them; of a file that follows none, those that are stated. */
function namesOf({ verdict, metadata }: ModelProbe): WarmStartSource['classNames'] {
  if (verdict.status === 'recognized') return verdict.reading.contract.classNames;
  if (NAME_FAULTS.includes(verdict.refusal.code)) throw errorFromFacts(verdict.refusal);
  return parseClassNames(metadata.find(({ key }) => key === 'names')?.value ?? '') ?? [];
}
