import type { OutputTensor } from '../output/outputs.ts';

export interface QueryClass {
  readonly classIndex: number;
  /** Softmax over all slots, no object included. */
  readonly probability: number;
}

/** The best class of a query of [1, Q, K+1], whose last slot, no object, only takes probability away. */
export function bestQueryClass({ dims, data }: OutputTensor, query: number): QueryClass {
  const slots = dims[2];
  const logits = data.subarray(query * slots, (query + 1) * slots);
  let best = 0;
  for (let index = 1; index < slots - 1; index++) if (logits[index] > logits[best]) best = index;
  let sum = 0;
  for (let index = 0; index < slots; index++) sum += Math.exp(logits[index] - logits[best]);
  return { classIndex: best, probability: 1 / sum };
}
