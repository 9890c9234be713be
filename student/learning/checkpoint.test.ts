import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SelfpasteError } from '../../core/index.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';

const checkpoint: Checkpoint = {
  step: 1234,
  updates: 1230,
  skippedSteps: 2,
  weights: Float32Array.of(1, -2.5, Number.POSITIVE_INFINITY),
  average: Float32Array.of(0.1, 0.2, 0.3),
  firstMoment: Float32Array.of(0, 1e-38, -1),
  secondMoment: Float32Array.of(0, 0, 3),
  statistics: Float32Array.of(7, 8),
};

test('a checkpoint comes back as it was, wherever its bytes start and however long its header is', () => {
  for (let step = 1; step <= 1e6; step *= 10) {
    const bytes = encodeCheckpoint({ ...checkpoint, step });
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    assert.deepEqual(decodeCheckpoint(shifted.subarray(1)), { ...checkpoint, step });
  }
});

const withHeader = (header: string): Uint8Array => Buffer.from(`selfpaste-checkpoint-1\n${header}\n`);
const damages: readonly [name: string, bytes: Uint8Array, why: string][] = [
  ['no bytes', new Uint8Array(), 'its first line is not a checkpoint header'],
  ['another file', Buffer.from('PK\u0003\u0004 something else\nmore\n'), 'its first line is not a checkpoint header'],
  ['a cut header', encodeCheckpoint(checkpoint).subarray(0, 40), 'its first line is not a checkpoint header'],
  ['a cut vector', encodeCheckpoint(checkpoint).subarray(0, -4), 'it has 144 bytes of 148'],
  ['bytes behind the end', Buffer.concat([encodeCheckpoint(checkpoint), Buffer.alloc(4)]), 'it has 152 bytes of 148'],
  ['a header that is not JSON', withHeader('{"step":1,'), 'its header is not JSON'],
  ['a header of nothing', withHeader('null'), 'its header does not say how many steps were done'],
  ['half a step', withHeader('{"step":0.5,"skippedSteps":0,"lengths":[0,0,0,0,0]}'), 'its header does not say how many steps were done'],
  [
    'more steps left out than done',
    withHeader('{"step":1,"skippedSteps":2,"lengths":[0,0,0,0,0]}'),
    'its header does not say how many updates were made',
  ],
  [
    'half an update',
    withHeader('{"step":1,"updates":0.5,"skippedSteps":0,"lengths":[0,0,0,0,0]}'),
    'its header does not say how many updates were made',
  ],
  ['no lengths', withHeader('{"step":1,"skippedSteps":0}'), 'its header does not say how long its 5 vectors are'],
  ['a length too few', withHeader('{"step":1,"skippedSteps":0,"lengths":[0,0,0,0]}'), 'its header does not say how long its 5 vectors are'],
  [
    'a negative length',
    withHeader('{"step":1,"skippedSteps":0,"lengths":[4,-4,0,0,0]}'),
    'its header does not say how long its 5 vectors are',
  ],
];
for (const [name, bytes, why] of damages)
  test(`a damaged checkpoint is refused: ${name}`, () => {
    assert.throws(() => decodeCheckpoint(bytes), {
      code: 'DATA_BAD_CHECKPOINT',
      message: `Expected a whole checkpoint, but ${why}`,
      hint: 'resume with the version of selfpaste that wrote it, or start a new run',
    });
  });

test('a checkpoint of an earlier version, which does not count updates, is taken to have left out no other steps than its last ones', () => {
  const { step, updates, skippedSteps } = decodeCheckpoint(withHeader('{"step":100,"skippedSteps":3,"lengths":[0,0,0,0,0]}'));
  assert.deepEqual([step, updates, skippedSteps], [100, 97, 3]);
});

test('property: whatever happens to its bytes, a checkpoint decodes or is refused', () => {
  const bytes = encodeCheckpoint(checkpoint);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }), (changes) => {
      const changed = Uint8Array.from(bytes);
      for (const [at, value] of changes) changed[at] = value;
      try {
        decodeCheckpoint(changed);
      } catch (error) {
        assert.ok(error instanceof SelfpasteError && error.code === 'DATA_BAD_CHECKPOINT', String(error));
      }
    }),
    { numRuns: 500 },
  );
});
