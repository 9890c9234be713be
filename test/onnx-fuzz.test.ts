import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { onnx, SelfpasteError } from '../core/index.ts';
import { seedModels } from '../core/onnx/test-models.ts';
import { recognizeContract } from '../teacher/index.ts';
import { countParts, type Part, readTree, replacePart, writeTree } from './wire-tree.ts';

/** More of both search longer: `FUZZ_FILES=1000000 FUZZ_SEED=2 node scripts/test.mjs onnx-fuzz`. */
const FILES = Number(process.env.FUZZ_FILES ?? 10_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_260);
/** A file of some kilobytes is read in well under a millisecond; this allows for a machine with other things to do. */
const MOST_MS_A_FILE = 2000;
const MOST_GROWTH_BYTES = 400e6;

const nuclei = join(process.cwd(), '../shared/models/nuclei-yoloseg.onnx');

/** A real model without its weights; and the two ends of its file, which are no models. */
function realSeeds(): readonly Uint8Array[] {
  if (!existsSync(nuclei)) return [];
  const bytes = readFileSync(nuclei);
  const model = onnx.decodeModel(bytes);
  const nodes = model.graph.nodes.slice(0, 20);
  const initializers = model.graph.initializers.slice(0, 20).map((tensor) => ({ ...tensor, bytes: new Uint8Array(4) }));
  return [onnx.encodeModel({ ...model, graph: { ...model.graph, nodes, initializers } }), bytes.subarray(0, 1024), bytes.subarray(-1024)];
}

/** One change of a file that leaves its structure whole: a field goes, comes again, moves, or holds something else. */
type Change =
  | { readonly kind: 'drop'; readonly place: number }
  | { readonly kind: 'multiply'; readonly place: number; readonly times: number }
  | { readonly kind: 'renumber'; readonly place: number; readonly number: number }
  | { readonly kind: 'replace'; readonly place: number; readonly content: bigint | Uint8Array }
  | { readonly kind: 'graft'; readonly place: number; readonly from: number };

/** One change of its bytes. Places are shares of its length, so that a smaller one is still a change. */
type Mutation =
  | { readonly kind: 'flip'; readonly place: number; readonly bit: number }
  | { readonly kind: 'byte'; readonly place: number; readonly value: number }
  | { readonly kind: 'cut'; readonly place: number }
  | { readonly kind: 'remove'; readonly place: number; readonly length: number }
  | { readonly kind: 'repeat'; readonly place: number; readonly length: number; readonly times: number }
  | { readonly kind: 'splice'; readonly place: number; readonly from: number; readonly length: number }
  | { readonly kind: 'varint'; readonly place: number; readonly value: bigint };

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const length = fc.integer({ min: 1, max: 64 });
/** Lengths and numbers where readers go wrong. */
const varint = fc.oneof(
  fc.constantFrom(0n, 1n, 127n, 128n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 63n, 2n ** 64n - 1n),
  fc.bigInt(0n, 2n ** 64n - 1n),
);
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('byte' as const), place, value: fc.nat(255) }),
  fc.record({ kind: fc.constant('cut' as const), place }),
  fc.record({ kind: fc.constant('remove' as const), place, length }),
  fc.record({ kind: fc.constant('repeat' as const), place, length, times: fc.integer({ min: 2, max: 200 }) }),
  fc.record({ kind: fc.constant('splice' as const), place, from: place, length }),
  fc.record({ kind: fc.constant('varint' as const), place, value: varint }),
);

const content = fc.oneof(
  varint,
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('drop' as const), place }),
  fc.record({ kind: fc.constant('multiply' as const), place, times: fc.integer({ min: 2, max: 20 }) }),
  fc.record({ kind: fc.constant('renumber' as const), place, number: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant('replace' as const), place, content }),
  fc.record({ kind: fc.constant('graft' as const), place, from: place }),
);

function changed(bytes: Uint8Array, change: Change): Uint8Array {
  const tree = readTree(bytes);
  if (tree === null) return bytes;
  const indexAt = (place: number) => Math.floor(place * countParts(tree));
  const graft = change.kind === 'graft' ? partAt(tree, indexAt(change.from)).content : [];
  return writeTree(replacePart(tree, indexAt(change.place), (part) => replacements(part, change, graft)));
}

function replacements(part: Part, change: Change, graft: Part['content']): readonly Part[] {
  switch (change.kind) {
    case 'drop':
      return [];
    case 'multiply':
      return new Array<Part>(change.times).fill(part);
    case 'renumber':
      return [{ ...part, number: change.number }];
    case 'replace':
      return [{ ...part, content: change.content }];
    case 'graft':
      return [part, { number: part.number, content: graft }];
  }
}

function partAt(tree: readonly Part[], index: number): Part {
  let found: Part | undefined;
  replacePart(tree, index, (part) => {
    found = part;
    return [part];
  });
  return found as Part;
}

function mutated(bytes: Uint8Array, change: Mutation): Uint8Array {
  const at = Math.floor(change.place * bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (change.kind) {
    case 'flip':
      return Buffer.concat([before, Uint8Array.of((after[0] ?? 0) ^ (1 << change.bit)), after.subarray(1)]);
    case 'byte':
      return Buffer.concat([before, Uint8Array.of(change.value), after.subarray(1)]);
    case 'cut':
      return before;
    case 'remove':
      return Buffer.concat([before, after.subarray(change.length)]);
    case 'repeat':
      return Buffer.concat([before, ...new Array<Uint8Array>(change.times).fill(after.subarray(0, change.length)), after]);
    case 'splice': {
      const from = Math.floor(change.from * bytes.length);
      return Buffer.concat([before, bytes.subarray(from, from + change.length), after]);
    }
    case 'varint':
      return Buffer.concat([before, varintBytes(change.value), after.subarray(1)]);
  }
}

function varintBytes(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(rest)]);
}

/** Reads a file as far as a teacher's is read without ONNX Runtime. @returns the code of the error that it ended with, or `read` */
function readAll(bytes: Uint8Array): string {
  try {
    onnx.surveyModel(bytes);
    const { graph, metadata } = onnx.decodeModel(bytes);
    recognizeContract({ inputs: graph.inputs, outputs: graph.outputs, metadata });
    return 'read';
  } catch (error) {
    assert.ok(error instanceof SelfpasteError && error.code.startsWith('MODEL_'), error instanceof Error ? error.stack : String(error));
    assert.ok(error.cause === undefined || !(error.cause instanceof TypeError), (error.cause as Error | undefined)?.stack);
    return error.code;
  }
}

describe('model files that were tampered with', () => {
  const seeds = [...seedModels(), ...realSeeds()];

  it('have seeds that are read, or refused for what they are', () => {
    assert.deepEqual(seedModels().map(readAll), ['read', 'MODEL_UNKNOWN_CONTRACT']);
  });

  it(`end as a model or as one clear error, quickly and in little memory: ${FILES} files`, () => {
    const changes = fc.array(change, { maxLength: 4 });
    const mutations = fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 3 }) },
    );
    const outcomes = new Map<string, number>();
    const startBytes = process.memoryUsage().rss;
    fc.assert(
      fc.property(fc.constantFrom(...seeds), changes, mutations, (seed, first, then) => {
        const bytes = then.reduce(mutated, first.reduce(changed, seed));
        const startMs = performance.now();
        const outcome = readAll(bytes);
        assert.ok(performance.now() - startMs < MOST_MS_A_FILE, `a file of ${bytes.length} bytes took ${performance.now() - startMs} ms`);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }),
      { numRuns: FILES, seed: SEED },
    );
    assert.ok(process.memoryUsage().rss - startBytes < MOST_GROWTH_BYTES);
    // Files that are all refused at once, or hardly ever, would test little.
    const refused = (outcomes.get('MODEL_NOT_ONNX') ?? 0) / FILES;
    assert.ok(refused > 0.2 && refused < 0.8 && (outcomes.get('read') ?? 0) > 0, JSON.stringify([...outcomes]));
    if (process.env.FUZZ_FILES !== undefined) console.log(outcomes);
  });
});
