import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { expectation, SelfpasteError } from '../core/index.ts';
import { defaultScripts, type PeerTools } from './peers.ts';
import { type Subject, subjects } from './report.ts';

/** What was asked for: `[SUBJECT...] [--quick] [--json FILE] [--seed N] [--inputs DIR] [--peers DIR] [--python PATH] [--labelings N]
 * [--predictions N]`. */
export interface BenchRequest {
  readonly subjects: readonly Subject[];
  readonly quick: boolean;
  /** Where the report goes as JSON; '-' is standard output, null nowhere. */
  readonly json: string | null;
  readonly seed: number;
  readonly inputs: string;
  readonly peers: PeerTools;
  /** Pictures over which the labelers' memory is watched; null for few. */
  readonly labelings: number | null;
  /** Predictions of the database that is asked; null for ten million, or few. */
  readonly predictions: number | null;
}

/** @throws SelfpasteError USAGE_BENCH */
export function parseRequest(args: readonly string[]): BenchRequest {
  const { values, positionals } = parsed(args);
  const seed = seedOf(values.seed ?? '20240607');
  return {
    subjects: positionals.length === 0 ? subjects : positionals.map(subjectOf),
    quick: values.quick ?? false,
    json: values.json ?? null,
    seed,
    inputs: values.inputs ?? join(tmpdir(), 'selfpaste-bench', `seed-${seed}`),
    peers: { scripts: values.peers ?? defaultScripts(), python: values.python ?? process.env.PEER_PYTHON ?? 'python3' },
    labelings: values.labelings === undefined ? null : countOf('--labelings', values.labelings, 100),
    predictions: values.predictions === undefined ? null : countOf('--predictions', values.predictions, 10_000),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean' },
        json: { type: 'string' },
        seed: { type: 'string' },
        inputs: { type: 'string' },
        peers: { type: 'string' },
        python: { type: 'string' },
        labelings: { type: 'string' },
        predictions: { type: 'string' },
      },
    });
  } catch (error) {
    throw new SelfpasteError(
      'USAGE_BENCH',
      error instanceof Error ? error.message : String(error),
      'see docs/bench.md for the options',
      error,
    );
  }
}

function subjectOf(name: string): Subject {
  const found = subjects.find((subject) => subject === name);
  if (found) return found;
  throw new SelfpasteError('USAGE_BENCH', expectation('a benchmark', subjects.join(', '), name), 'name some of these, or none for all');
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32 && text !== '') return seed;
  throw new SelfpasteError('USAGE_BENCH', expectation('--seed', 'an integer from 0 to 4294967295', text), 'give another seed');
}

function countOf(option: string, text: string, least: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= least) return count;
  throw new SelfpasteError('USAGE_BENCH', expectation(option, `an integer of ${least} or more`, text), 'give another number');
}
