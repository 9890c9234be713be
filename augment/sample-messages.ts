import type { ErrorFacts, Sample } from '../core/index.ts';
import type { DropCounts } from './arrangement.ts';
import type { AugmentRecipe } from './recipe.ts';

/** What a sample worker is started with. */
export interface WorkerSetup {
  readonly trainingSetFile: string;
  readonly seed: number;
  readonly round: number;
  readonly batchSize: number;
  readonly recipe: AugmentRecipe;
}

/** What a worker is given: its share of the memory for decoded pictures, too. */
export type WorkerData = WorkerSetup & { readonly storeBytes: number };

/** To a worker: draw the batch of a step (after those asked for before), or finish the one in hand and go. */
export type WorkerRequest = { readonly kind: 'draw'; readonly step: number } | { readonly kind: 'close' };

/** The samples of one step, and how many objects of their pictures are not in them, by reason. */
export interface SampleBatch {
  readonly samples: readonly Sample[];
  readonly dropped: DropCounts;
}

/** From a worker: one for each batch that it was asked for. */
export type WorkerReply =
  | { readonly kind: 'batch'; readonly step: number; readonly batch: SampleBatch }
  | { readonly kind: 'failed'; readonly step: number; readonly facts: ErrorFacts };
