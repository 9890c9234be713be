import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { CategoryId } from '../../core/index.ts';
import { type Evaluation, type EvaluationImage, evaluate } from '../../eval/index.ts';

/** Mask and box figures of one set of detections. */
export interface EvaluationPair {
  readonly mask: Evaluation;
  readonly box: Evaluation;
}

interface EvaluationTask {
  readonly task: 'evaluate';
  readonly images: readonly EvaluationImage[];
  readonly categories: readonly CategoryId[];
}

/** COCO evaluation in a thread of its own, so that the orchestrator never blocks. Images are in COCO's order, by image id. */
export async function evaluateDetections(images: readonly EvaluationImage[], categories: readonly CategoryId[]): Promise<EvaluationPair> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { task: 'evaluate', images, categories } satisfies EvaluationTask });
  const [result] = (await once(worker, 'message')) as [EvaluationPair];
  await worker.terminate();
  return result;
}

const task = workerData as EvaluationTask | null;
if (!isMainThread && task?.task === 'evaluate') {
  const { images, categories } = task;
  parentPort?.postMessage({
    mask: evaluate(images, categories, 'segm'),
    box: evaluate(images, categories, 'bbox'),
  } satisfies EvaluationPair);
}
