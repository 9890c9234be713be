import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Measurement } from './harness.ts';
import { nativeCalls } from './native-calls.ts';
import { factsOf, findingsOf, type MeasuredStudent, trialsOf } from './student-figures.ts';

const sameFigure = 1e-9;
const rate = (perSecond: number): Measurement => ({ perSecond, cpuUsPerItem: 1000 });
const lossesOf = (loss: number) => ({ loss, classLoss: 4, boxLoss: 3, dflLoss: 2, maskLoss: 1 });
const peerLine = (perSecond: number) => ({
  images_per_s: perSecond,
  // 1.8 cores.
  cpu_ms_per_image: 1800 / perSecond,
  losses: [lossesOf(10), lossesOf(8), lossesOf(6)],
});

const measured: MeasuredStudent = {
  exchange: { losses: [lossesOf(10.0001), lossesOf(8.04), lossesOf(6.06)] },
  ours: [rate(20), rate(24), rate(22)],
  deterministic: [rate(11), rate(10), rate(12)],
  answers: [20, 30, 26].map((perSecond) => ({ kind: 'ran', line: peerLine(perSecond) })),
  profile: {
    stepMs: 200,
    calls: [
      { op: 'Conv2D', calls: 40, ms: 150 },
      { op: 'Add', calls: 60, ms: 30 },
    ],
  },
  stream: { backend: 'tfjs', stepMs: 400, waitedFraction: 0.01, tensorCounts: 1, rssMb: [900, 910, 920, 1000, 990, 980, 1030, 1070] },
};

test('a step is compared with the peer by median times and by its losses', () => {
  assert.deepEqual(
    trialsOf(measured).map(({ by, perSecond }) => [by, perSecond]),
    [
      ['selfpaste', 22],
      ['PyTorch', 26],
      ['selfpaste', 11],
    ],
  );
  const [time, first, later] = findingsOf(measured).map((found) => (found.kind === 'measured' ? found : assert.fail(found.reason)));
  assert.ok(time.figure === 26 / 22 && time.target === 1.35 && time.passed);
  assert.ok(Math.abs(first.figure - 1e-5) < sameFigure && first.passed);
  assert.ok(Math.abs(later.figure - 0.01) < sameFigure, 'the worst of both later steps');
});

test('a peer that did not get the cores is not beaten', () => {
  const disturbed: MeasuredStudent = {
    ...measured,
    answers: [{ kind: 'ran', line: { ...peerLine(5), cpu_ms_per_image: 80 } }],
  };
  assert.deepEqual(findingsOf(disturbed)[0], {
    kind: 'absent',
    name: 'time of a training step to that of PyTorch',
    reason: 'the machine was not quiet: PyTorch got 0.4 cores',
  });
});

test('memory is judged by its largest size and by what the second half adds', () => {
  const of = (name: string) => findingsOf(measured).find((found) => found.name === name);
  const largest = of('largest RSS after a step');
  const growth = of('RSS that the second half of the steps adds');
  assert.ok(largest?.kind === 'measured' && largest.figure === 1070 && largest.passed);
  assert.ok(growth?.kind === 'measured' && growth.figure === 90 && !growth.passed, 'from 960 to 1050');
  const facts = factsOf(measured);
  assert.equal(facts['native calls a step'], 100);
  assert.equal(facts['share of a step in native calls'], 0.9);
  assert.equal(facts['most of it'], 'Conv2D 150.0 ms in 40, Add 30.0 ms in 60');
  assert.equal(facts['time of a deterministic step to that of another'], 2);
});

test('without PyTorch nothing is compared, and the rest is measured', () => {
  const alone: MeasuredStudent = { ...measured, answers: [{ kind: 'absent', reason: 'Python lacks a package: torch' }] };
  assert.equal(trialsOf(alone).length, 2);
  const [first, ...rest] = findingsOf(alone);
  assert.deepEqual(first, { kind: 'absent', name: 'training step to that of PyTorch', reason: 'Python lacks a package: torch' });
  assert.ok(rest.length === 4 && rest.every(({ kind }) => kind === 'measured'));
});

test('native calls are counted by operation while they are watched, and go through as they were', () => {
  const binding = { executeOp: (op: string) => `ran ${op}`, createTensor: () => 7, TF_FLOAT: 1 };
  const backend = { binding };
  const tf = { backend: () => backend } as unknown as Parameters<typeof nativeCalls>[0]['tf'];
  const calls = nativeCalls({ tf }, () => {
    assert.equal(backend.binding.executeOp('Add'), 'ran Add');
    assert.equal(backend.binding.executeOp('Add'), 'ran Add');
    assert.equal(backend.binding.createTensor(), 7);
    assert.equal(backend.binding.TF_FLOAT, 1);
  });
  assert.deepEqual(new Map(calls.map(({ op, calls }) => [op, calls])).get('Add'), 2);
  assert.equal(calls.length, 2);
  assert.equal(backend.binding, binding);
});
