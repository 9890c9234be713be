import { SelfpasteError } from '../../core/index.ts';
import type { OptimizerVectors } from './optimizer.ts';

/** Everything that a training needs to go on as if it had not been interrupted. */
export interface Checkpoint extends OptimizerVectors {
  /** Steps done. */
  readonly step: number;
  /** Steps that were not left out: updates of weights, averages, moments and running statistics. */
  readonly updates: number;
  /** Running means and variances of the norms. */
  readonly statistics: Float32Array;
  /** Steps left out since the last one whose loss was finite. */
  readonly skippedSteps: number;
}

const MAGIC = 'selfpaste-checkpoint-1\n';
const VECTORS = ['weights', 'average', 'firstMoment', 'secondMoment', 'statistics'] as const;

/** Magic line, header as one JSON line padded to four bytes, then the vectors as little-endian float32. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const lengths = VECTORS.map((name) => checkpoint[name].length);
  const { step, updates, skippedSteps } = checkpoint;
  const json = JSON.stringify({ step, updates, skippedSteps, lengths });
  const start = Buffer.from(`${MAGIC}${json}`.padEnd(Math.ceil((MAGIC.length + json.length + 1) / 4) * 4 - 1).concat('\n'));
  const vectors = VECTORS.map((name) => Buffer.from(checkpoint[name].buffer, checkpoint[name].byteOffset, checkpoint[name].byteLength));
  return Buffer.concat([start, ...vectors]);
}

/** Throws DATA_BAD_CHECKPOINT for anything that is not a whole checkpoint. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.indexOf('\n', MAGIC.length);
  if (buffer.toString('latin1', 0, MAGIC.length) !== MAGIC || end < 0) throw damaged('its first line is not a checkpoint header');
  const { lengths, ...counts } = header(buffer.toString('utf8', MAGIC.length, end));
  const wanted = end + 1 + 4 * lengths.reduce((sum, length) => sum + length, 0);
  if (buffer.length !== wanted) throw damaged(`it has ${buffer.length} bytes of ${wanted}`);
  const vectors: Record<string, Float32Array> = {};
  let at = end + 1;
  VECTORS.forEach((name, index) => {
    const length = lengths[index] as number;
    vectors[name] = new Float32Array(Uint8Array.from(buffer.subarray(at, at + 4 * length)).buffer);
    at += 4 * length;
  });
  return { ...counts, ...(vectors as unknown as Record<(typeof VECTORS)[number], Float32Array>) };
}

interface Header extends Pick<Checkpoint, 'step' | 'updates' | 'skippedSteps'> {
  /** Of the vectors, in order. */
  readonly lengths: readonly number[];
}

function header(text: string): Header {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw damaged('its header is not JSON');
  }
  const { step, updates: told, skippedSteps, lengths } = (read ?? {}) as Partial<Record<keyof Header, unknown>>;
  if (!isCount(step) || !isCount(skippedSteps)) throw damaged('its header does not say how many steps were done');
  // Checkpoints of earlier versions do not tell; they know of the last steps that were left out, and few trainings have others.
  const updates = told ?? step - skippedSteps;
  if (!isCount(updates)) throw damaged('its header does not say how many updates were made');
  if (!Array.isArray(lengths) || lengths.length !== VECTORS.length || !lengths.every(isCount))
    throw damaged(`its header does not say how long its ${VECTORS.length} vectors are`);
  return { step, updates, skippedSteps, lengths };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** @param why what is wrong with it, to follow "Expected a whole checkpoint, but". */
export function damaged(why: string): SelfpasteError {
  return new SelfpasteError(
    'DATA_BAD_CHECKPOINT',
    `Expected a whole checkpoint, but ${why}`,
    'resume with the version of selfpaste that wrote it, or start a new run',
  );
}
