/** What the view of a run computes before it draws. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { machineGraph } from '../pipeline/index.ts';
import { runSteps } from './page/run/curve-steps.ts';
import { layoutOf } from './page/run/machine-layout.ts';
import { timelineScale } from './page/run/timeline-scale.ts';

test('the stages of a round stand in the order of the machine, and every state has a place of its own', () => {
  const graph = machineGraph();
  const { nodes, ways } = layoutOf(graph);
  const row = (wanted: number) =>
    nodes
      .filter((node) => node.row === wanted)
      .sort((a, b) => a.column - b.column)
      .map(({ name }) => name);
  assert.deepEqual(row(1), ['label', 'select', 'train', 'evaluate', 'promote', 'decide', 'finished']);
  assert.deepEqual(row(0), ['import', 'adopt']);
  assert.deepEqual(row(2), ['waiting', 'paused', 'stopped', 'failed']);
  const missing = graph.states.filter(({ name }) => !nodes.some((node) => node.name === name)).map(({ name }) => name);
  assert.deepEqual(missing, ['enter']);
  assert.equal(new Set(nodes.map(({ column, row: at }) => `${column} ${at}`)).size, nodes.length);
  assert.equal(ways.find(({ from, to }) => from.name === 'decide' && to.name === 'finished')?.why, 'lastRound or notPromoted');
});

test('moments keep their order in a timeline, and a night without work takes a mark', () => {
  const { at, gaps } = timelineScale([
    { fromMs: 0, toMs: 100 },
    { fromMs: 10_000, toMs: 10_100 },
  ]);
  assert.deepEqual([at(0), at(10_100)], [0, 1]);
  assert.ok(Math.abs(at(100) - 100 / 204) < 1e-9);
  assert.deepEqual(
    gaps.map(({ fromMs, toMs }) => [fromMs, toMs]),
    [[100, 10_000]],
  );
  const stretch = fc.tuple(fc.nat(1e6), fc.nat(1e5)).map(([fromMs, length]) => ({ fromMs, toMs: fromMs + length }));
  fc.assert(
    fc.property(fc.array(stretch, { minLength: 1, maxLength: 12 }), fc.nat(2e6), fc.nat(2e6), (stretches, a, b) => {
      const scale = timelineScale(stretches);
      const [first, second] = [scale.at(Math.min(a, b)), scale.at(Math.max(a, b))];
      assert.ok(first >= 0 && second <= 1 && first <= second + 1e-12);
    }),
  );
});

test('rounds stand behind one another on one axis, and a line ends with its round', () => {
  const point = (step: number) => ({ step, values: { loss: step } });
  const rounds = [
    { round: 0, points: [point(1), point(4)], validations: [] },
    { round: 1, points: [point(2)], validations: [] },
  ];
  const { steps, values, places, rounds: starts, last } = runSteps({ rounds }, 'points', ['loss'], true);
  assert.deepEqual(
    [steps, values.get('loss')],
    [
      [1, 4, 4.5, 6],
      [1, 4, null, 2],
    ],
  );
  assert.deepEqual(places.at(-1), { round: 1, step: 2 });
  assert.deepEqual(
    [starts, last],
    [
      [
        { round: 0, at: 0 },
        { round: 1, at: 4 },
      ],
      6,
    ],
  );
});
