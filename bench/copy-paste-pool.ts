import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { CopyPasteCounts, CopyPasteRequest, CopyPasteSetup } from './copy-paste-worker.ts';

/** Threads that share the steps of a training among them. */
export class CopyPastePool {
  readonly #workers: readonly Worker[];
  #nextStep = 0;
  #counts: CopyPasteCounts = { samples: 0, decodes: 0, instances: 0 };

  constructor(setup: CopyPasteSetup, workers: number) {
    const script = new URL('./copy-paste-worker.js', import.meta.url);
    this.#workers = Array.from({ length: workers }, () => new Worker(script, { workerData: setup }));
  }

  /** Does the next `count` steps, and waits until all threads are through. */
  async run(count: number): Promise<void> {
    const steps = Array.from({ length: count }, () => this.#nextStep++);
    const answers = this.#workers.map(async (worker, at) => {
      worker.postMessage({ steps: steps.filter((step) => step % this.#workers.length === at) } satisfies CopyPasteRequest);
      const [counts] = (await once(worker, 'message')) as [CopyPasteCounts];
      return counts;
    });
    for (const counts of await Promise.all(answers)) this.#counts = added(this.#counts, counts);
  }

  /** Of all runs. */
  get counts(): CopyPasteCounts {
    return this.#counts;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

const added = (a: CopyPasteCounts, b: CopyPasteCounts): CopyPasteCounts => ({
  samples: a.samples + b.samples,
  decodes: a.decodes + b.decodes,
  instances: a.instances + b.instances,
});
