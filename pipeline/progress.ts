import type { ErrorFacts } from '../core/index.ts';
import type { Stage } from './machine/machine.ts';

/** Numbers and words that belong to an event; JSON-safe. */
export type Facts = Readonly<Record<string, number | string | boolean | null>>;

/** What happens in a run. The terminal, NDJSON and the database are sinks of these. */
export type RunEvent =
  | { readonly kind: 'run-started' | 'run-resumed'; readonly folder: string; readonly facts: Facts }
  | { readonly kind: 'stage-started'; readonly round: number; readonly stage: Stage }
  | {
      readonly kind: 'progress';
      readonly round: number;
      readonly stage: Stage;
      readonly done: number;
      readonly total: number;
      readonly unit: 'pictures' | 'steps';
      readonly facts: Facts;
    }
  /** A student was measured on the validation set; `facts` are its metrics. */
  | {
      readonly kind: 'measured';
      readonly round: number;
      readonly step: number;
      readonly facts: Facts;
    }
  | { readonly kind: 'stage-finished'; readonly round: number; readonly stage: Stage; readonly durationMs: number; readonly facts: Facts }
  | { readonly kind: 'note'; readonly round: number | null; readonly level: 'info' | 'warn'; readonly text: string }
  /** The round's student was promoted or not; `facts` has the score. */
  | { readonly kind: 'round-finished'; readonly round: number; readonly promoted: boolean; readonly facts: Facts }
  /** A stage failed for a reason that may pass, and is tried again at `untilMs` (Unix time). */
  | {
      readonly kind: 'run-waiting';
      readonly round: number;
      readonly stage: Stage;
      /** The tries that failed so far, and how many there may be. */
      readonly failures: number;
      readonly tries: number;
      readonly untilMs: number;
      readonly error: ErrorFacts;
    }
  | { readonly kind: 'run-paused' | 'run-continued'; readonly round: number; readonly stage: Stage; readonly who: string }
  | { readonly kind: 'run-finished'; readonly facts: Facts }
  | { readonly kind: 'run-stopped'; readonly folder: string; readonly why: string; readonly facts: Facts }
  | { readonly kind: 'run-failed'; readonly error: ErrorFacts };

export type Emit = (event: RunEvent) => void;
