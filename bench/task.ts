import { join } from 'node:path';
import { type InputRecipe, makeInputs } from './inputs.ts';
import type { PeerTools } from './peers.ts';
import type { Subject } from './report.ts';

/** What a subject's process is asked to measure. */
export interface BenchTask {
  readonly subject: Subject;
  readonly seed: number;
  readonly quick: boolean;
  /** Folder of inputs: `n200/`, `n1000/`, ... are used where they are complete, and made where they are not. */
  readonly inputs: string;
  readonly peers: PeerTools;
  /** Pictures over which the labelers' memory is watched; null for few. */
  readonly labelings: number | null;
  /** Predictions of the database that is asked; null for ten million, or few. */
  readonly predictions: number | null;
}

/** What COCO's own limit lets through. */
const detectionsPerImage = 100;

/** The folder with so many images; makes it first where it is missing. */
export async function inputsFor(
  { inputs, seed }: BenchTask,
  { images, pictures }: Pick<InputRecipe, 'images' | 'pictures'>,
): Promise<string> {
  const folder = join(inputs, `n${images}`);
  await makeInputs(folder, { seed, images, pictures, detectionsPerImage });
  return folder;
}

/** Ours and the peers take turns, so that a change of the machine's mood meets all of them. */
export const roundsOf = ({ quick }: BenchTask): number => (quick ? 1 : 3);

/** With fewer pictures the peers' scripts would lack masks. */
export const pictureCount = ({ quick }: BenchTask): number => (quick ? 60 : 200);
