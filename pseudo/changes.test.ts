import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CHANGE_KINDS, predictionId } from '../core/index.ts';
import { labelChanges } from './changes.ts';
import { traceLineage } from './lineage.ts';
import { CAT, candidate, DOG, drawing } from './test-drawing.ts';

const of = drawing('aaaabc', 'aaaadc', '......', 'eeffff', '......', 'gghhii');

test('what became of the labels of the round before', () => {
  const previous = [
    candidate(1, of('a'), 0.9),
    candidate(2, of('eff'), 0.9),
    candidate(3, of('g'), 0.9, DOG),
    candidate(4, of('h'), 0.9),
    candidate(5, of('c'), 0.9),
  ];
  const current = [
    candidate(11, of('abd'), 0.9),
    candidate(12, of('f'), 0.9),
    candidate(13, of('g'), 0.9),
    candidate(14, of('i'), 0.9),
    candidate(15, of('c'), 0.9),
  ];
  const changes = labelChanges({ current, previous, lineage: traceLineage(current, previous) });
  assert.deepEqual(changes, [
    { kind: 'kept', iou: 8 / 10, prediction: 11, previous: 1, category: CAT },
    { kind: 'shrank', iou: 4 / 6, prediction: 12, previous: 2, category: CAT },
    { kind: 'reclassified', iou: 1, prediction: 13, previous: 3, category: CAT },
    { kind: 'born', iou: 0, prediction: 14, previous: null, category: CAT },
    { kind: 'kept', iou: 1, prediction: 15, previous: 5, category: CAT },
    { kind: 'died', iou: 0, prediction: 4, previous: null, category: CAT },
  ]);
});

test('an area of 0.8 to 1.25 times the former is the same size', () => {
  const kindOf = (before: string, now: string) => {
    const [previous, current] = [[candidate(1, of(before), 0.9)], [candidate(2, of(now), 0.9)]];
    return labelChanges({ current, previous, lineage: new Map([[predictionId(2), predictionId(1)]]) })[0].kind;
  };
  assert.equal(kindOf('a', 'abd'), 'kept');
  assert.equal(kindOf('abd', 'a'), 'kept');
  assert.equal(kindOf('a', 'abdc'), 'grew');
  assert.equal(kindOf('abdc', 'a'), 'shrank');
});

test('a label whose ancestor was not kept is born, and one whose heir is not kept died', () => {
  const lineage = new Map([
    [predictionId(11), predictionId(1)],
    [predictionId(12), predictionId(2)],
  ]);
  const changes = labelChanges({ current: [candidate(11, of('a'), 0.9)], previous: [candidate(2, of('e'), 0.9)], lineage });
  assert.deepEqual(
    changes.map(({ kind, prediction }) => [kind, prediction]),
    [
      ['born', 11],
      ['died', 2],
    ],
  );
});

test('property: each label of this round has one change, and each of the round before is continued or died', () => {
  const one = fc.tuple(fc.constantFrom('a', 'ab', 'abd', 'e', 'ef', 'f', 'g', 'h'), fc.constantFrom(CAT, DOG));
  const round = (firstId: number) =>
    fc.array(one, { maxLength: 6 }).map((all) => all.map(([letters, category], at) => candidate(firstId + at, of(letters), 0.5, category)));
  fc.assert(
    fc.property(round(101), round(1), (current, previous) => {
      const changes = labelChanges({ current, previous, lineage: traceLineage(current, previous) });
      assert.ok(changes.every(({ kind }) => CHANGE_KINDS.includes(kind)));
      const living = changes.filter(({ kind }) => kind !== 'died');
      assert.deepEqual(
        living.map(({ prediction }) => prediction),
        current.map(({ id }) => id),
      );
      const accounted = changes.flatMap(({ kind, prediction, previous }) => (kind === 'died' ? [prediction] : (previous ?? [])));
      assert.deepEqual(
        accounted.toSorted((a, b) => a - b),
        previous.map(({ id }) => id),
      );
    }),
  );
});
