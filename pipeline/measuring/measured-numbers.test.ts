import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boxArea, categoryId, type GroundTruth, rle } from '../../core/index.ts';
import { type Detection, type EvaluationImage, type EvaluationPair, evaluate } from '../../eval/index.ts';
import { CAT, configWith, DOG, withDatabase } from '../test-data.ts';
import { classesOf, metricsOf, studentNumbers } from './measured-numbers.ts';

const SIZE = { width: 24, height: 24 };
/** The last one has no object anywhere. */
const CATEGORIES = [1, 5, 9, 40].map(categoryId);
const ABSENT = CATEGORIES[3];

const category = fc.constantFrom(...CATEGORIES);
const box = fc
  .record({ x1: fc.nat(15), y1: fc.nat(15), width: fc.integer({ min: 1, max: 8 }), height: fc.integer({ min: 1, max: 8 }) })
  .map(({ x1, y1, width, height }) => ({ x1, y1, x2: x1 + width, y2: y1 + height }));
const instance = fc.record({ category, box }).map((one) => ({ ...one, mask: rle.fromBox(SIZE, one.box), areaPx2: boxArea(one.box) }));
const truth: fc.Arbitrary<GroundTruth> = fc
  .record({ instance: instance.filter((one) => one.category !== ABSENT), crowd: fc.constantFrom(false, false, false, true) })
  .map(({ instance: one, crowd }) => ({ ...one, crowd }));
const detection: fc.Arbitrary<Detection> = fc
  .record({ instance, score: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ instance: one, score }) => ({ ...one, score }));
/** Some detections are right: they are where an object is. */
const picture: fc.Arbitrary<EvaluationImage> = fc
  .record({
    truths: fc.array(truth, { maxLength: 5 }),
    others: fc.array(detection, { maxLength: 5 }),
    found: fc.array(fc.nat(4), { maxLength: 4 }),
  })
  .map(({ truths, others, found }) => ({
    truths,
    detections: [
      ...others,
      ...found.flatMap((at) => (at < truths.length ? [{ ...(truths[at] as GroundTruth), score: 0.9 - at / 10 }] : [])),
    ],
  }));
const pictures = fc.array(picture, { minLength: 1, maxLength: 4 });

const measured = (images: readonly EvaluationImage[]): EvaluationPair => ({
  mask: evaluate(images, CATEGORIES, 'segm'),
  box: evaluate(images, CATEGORIES, 'bbox'),
});
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

test('the numbers of a measuring are the means of those of its classes with objects; a class without any has none', () => {
  const APS = ['maskAp', 'maskAp50', 'boxAp'] as const;
  fc.assert(
    fc.property(pictures, (images) => {
      const pair = measured(images);
      const [metrics, classes] = [metricsOf(pair), classesOf(pair)];
      assert.deepEqual(
        classes.map((one) => one.category),
        CATEGORIES,
      );
      const objects = images.flatMap(({ truths }) => truths).filter(({ crowd }) => !crowd);
      for (const { category: of, truths, ...aps } of classes) {
        assert.equal(truths, objects.filter((one) => one.category === of).length);
        for (const ap of Object.values(aps)) assert.equal(ap === null, truths === 0);
      }
      for (const name of APS) {
        const known = classes.map((one) => one[name]).filter((ap) => ap !== null);
        if (known.length === 0) assert.equal(metrics[name], null);
        else assert.ok(Math.abs(sum(known) / known.length - (metrics[name] as number)) <= 1e-12, name);
      }
    }),
    { examples: [[[{ truths: [], detections: [] }]]] },
  );
});

test('the student that a round hands on is the best one, and its classes are those of its step', () =>
  withDatabase(async (db) => {
    const byMask = configWith({});
    db.rounds.start(0, { stage: 'train', teacher: null, startedAtMs: 1 });
    assert.equal(studentNumbers(db, byMask, 0), null);
    const classesAt = (ap: number) => [
      { category: CAT, truths: 2, maskAp: ap, maskAp50: ap, boxAp: 1 - ap },
      { category: DOG, truths: 0, maskAp: null, maskAp50: null, boxAp: null },
    ];
    for (const [step, ap] of [
      [10, 0.5],
      [20, 0.25],
    ] as const) {
      db.metrics.record(0, step, { loss: 1, maskAp: ap, boxAp: 1 - ap });
      db.classMetrics.record(0, step, classesAt(ap));
    }
    assert.deepEqual(studentNumbers(db, byMask, 0), { step: 10, metrics: { boxAp: 0.5, maskAp: 0.5 }, classes: classesAt(0.5) });
    assert.equal(studentNumbers(db, configWith({ promote: { metric: 'boxAp' } }), 0)?.step, 20);
    db.metrics.record(0, 30, { maskAp: 0.75 });
    assert.deepEqual(studentNumbers(db, byMask, 0), { step: 30, metrics: { maskAp: 0.75 }, classes: [] }, 'of a version that kept none');
  }));
