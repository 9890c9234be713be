import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sample } from '../../core/index.ts';
import { partWeights } from './part-weights.ts';

const picture = (stream: Sample['stream']): Sample => ({
  image: { size: { width: 0, height: 0 }, data: new Uint8Array() },
  instances: [],
  ignored: [],
  stream,
});
const [labeled, pseudo] = [picture('labeled'), picture('pseudo')];

test('one batch of both parts: a mean, in which pseudo-labeled pictures weigh `unsup`', () => {
  assert.deepEqual(partWeights([[labeled, pseudo]], 0.25), { labeled: 0.8, pseudo: 0.2 });
});

test('however pictures fall into micro-batches, the mean over them gives each part its share', () => {
  for (const parts of [
    [[labeled], [pseudo]],
    [[labeled, labeled], [pseudo, labeled], [pseudo], [pseudo]],
    [
      [labeled, pseudo],
      [labeled, pseudo],
    ],
  ]) {
    const weights = partWeights(parts, 0.25);
    const meanOf = (stream: Sample['stream']) =>
      parts.filter((samples) => samples.some((sample) => sample.stream === stream)).length * (weights[stream] / parts.length);
    assert.deepEqual([meanOf('labeled'), meanOf('pseudo')], [0.8, 0.2]);
  }
});

test('a step of one part: labeled pictures count in full, pseudo-labeled ones what they weigh', () => {
  assert.deepEqual(partWeights([[labeled]], 0.25), { labeled: 1, pseudo: 0 });
  assert.deepEqual(partWeights([[pseudo], [pseudo]], 0.25), { labeled: 0, pseudo: 0.25 });
  assert.deepEqual(partWeights([[labeled, pseudo]], 0), { labeled: 1, pseudo: 0 });
});
