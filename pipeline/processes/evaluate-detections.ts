import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type CategoryId, type ErrorFacts, errorFacts, errorFromFacts } from '../../core/index.ts';
import { type EvaluationImage, type EvaluationPair, evaluate } from '../../eval/index.ts';

interface EvaluationTask {
  readonly task: 'evaluate';
  readonly images: readonly EvaluationImage[];
  readonly categories: readonly CategoryId[];
}

/** An error that crosses threads loses its class: it travels as facts. */
type EvaluationReply =
  | { readonly kind: 'evaluated'; readonly pair: EvaluationPair }
  | { readonly kind: 'failed'; readonly facts: ErrorFacts };

/**
 * COCO evaluation in a thread of its own, so that the orchestrator never blocks. Images are in COCO's order, by image id.
 * Throws what `evaluate` throws, as DATA_SIZE_MISMATCH for a mask of another size than its truth.
 */
export async function evaluateDetections(images: readonly EvaluationImage[], categories: readonly CategoryId[]): Promise<EvaluationPair> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { task: 'evaluate', images, categories } satisfies EvaluationTask });
  const [reply] = (await once(worker, 'message')) as [EvaluationReply];
  await worker.terminate();
  if (reply.kind === 'failed') throw errorFromFacts(reply.facts);
  return reply.pair;
}

function replyTo({ images, categories }: EvaluationTask): EvaluationReply {
  try {
    return { kind: 'evaluated', pair: { mask: evaluate(images, categories, 'segm'), box: evaluate(images, categories, 'bbox') } };
  } catch (error) {
    return { kind: 'failed', facts: errorFacts(error) };
  }
}

const task = workerData as EvaluationTask | null;
if (!isMainThread && task?.task === 'evaluate') parentPort?.postMessage(replyTo(task));
