import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidateSet, categoryId, classIndex, modelId, noOverlaps, predictionId } from '../core/index.ts';
import { addImage, CAT, DOG, groundTruth, hash, SIZE, T0, testRun } from './test-database.ts';

test('an image is known by its content', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1, 'validation');
  const { id, ...facts } = image;
  assert.deepEqual(db.images.add(facts), { status: 'known', id });
  assert.deepEqual(db.images.add({ ...facts, path: '/data/copy.jpg', subset: 'unlabeled' }), { status: 'duplicate', of: image });
  assert.deepEqual(db.images.count(), { labeled: 0, validation: 1, unlabeled: 0 });
  db.images.moved(id, '/moved/1.jpg');
  assert.deepEqual(db.images.byId(id), { ...image, path: '/moved/1.jpg' });
});

test('images of a subset come by id, over more than a page', (t) => {
  const db = testRun(t);
  const ids = Array.from({ length: 1001 }, (_, number) => addImage(db, number + 1, 'labeled').id);
  addImage(db, 5000);
  assert.deepEqual(
    Array.from(db.images.ofSubset('labeled'), ({ id }) => id),
    ids,
  );
});

test('human labels come back as they were', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1, 'labeled');
  const truths = [
    { ...groundTruth({ x1: 0, y1: 0, x2: 64, y2: 48 }), areaPx2: 2816.5, sourceId: 2 ** 41 },
    groundTruth({ x1: 3, y1: 4, x2: 5, y2: 6 }, true),
  ];
  db.groundTruths.add(image, truths);
  assert.deepEqual(db.groundTruths.ofImage(image), truths);
  assert.deepEqual(db.groundTruths.countByCategory('labeled'), new Map([[CAT, 1]]));
  const small = { ...image, size: { ...SIZE, width: 10 } };
  assert.throws(() => db.groundTruths.add(small, truths), /Expected the image's 10x48 for mask size/);
});

test('categories keep their ids, gaps and all, and come by class index', (t) => {
  const db = testRun(t);
  const far = { id: categoryId(-9_007_199_254_740_991), name: 'far', classIndex: classIndex(2) };
  db.categories.add([far]);
  db.categories.add([far]);
  assert.deepEqual(
    db.categories.all().map(({ id }) => id),
    [3, 17, far.id],
  );
});

test('a model of the same file, role and round is one model', (t) => {
  const db = testRun(t);
  const student = {
    round: 1,
    role: 'student',
    path: 'models/s.onnx',
    sha256: hash(7),
    contract: { input: [64, 64] },
    createdAtMs: T0,
  } as const;
  const id = db.models.add(student);
  assert.equal(db.models.add({ ...student, createdAtMs: T0 + 1 }), id);
  assert.deepEqual(db.models.byId(id), { ...student, id });
  assert.equal(db.models.byId(modelId(99)), undefined);
});

test('a round goes from start to finish, and a start that is repeated changes nothing', (t) => {
  const db = testRun(t);
  db.rounds.start(1, { stage: 'other', teacher: null, startedAtMs: 0 });
  db.rounds.enterStage(1, 'train');
  const student = db.models.add({ round: 1, role: 'student', path: 's', sha256: hash(7), contract: {}, createdAtMs: T0 });
  db.rounds.setStudent(1, student);
  const round = {
    index: 1,
    stage: 'train',
    teacher: modelId(1),
    student,
    selection: { state: 'open' },
    drift: { state: 'unmeasured' },
    startedAtMs: T0,
    outcome: { state: 'open' },
  };
  assert.deepEqual(db.rounds.latest(), round);
  db.rounds.finish(1, { promoted: true, finishedAtMs: T0 + 5 });
  assert.deepEqual(db.rounds.all(), [{ ...round, outcome: { state: 'finished', promoted: true, finishedAtMs: T0 + 5 } }]);
});

test('checkpoints come newest first, and a damaged one can be forgotten', (t) => {
  const db = testRun(t);
  const at = (step: number) => ({ round: 1, step, path: `checkpoints/${step}`, sha256: hash(step), bytes: 10, createdAtMs: T0 });
  for (const step of [100, 300, 200, 300]) db.checkpoints.record(at(step));
  assert.deepEqual(db.checkpoints.ofRound(1), [at(300), at(200), at(100)]);
  db.checkpoints.remove(1, 300);
  assert.equal(db.checkpoints.ofRound(1)[0].step, 200);
});

test('a metric may be undefined, and a repeated step replaces its values', (t) => {
  const db = testRun(t);
  db.metrics.record(1, 2, { maskAp: null, loss: 0.5 });
  db.metrics.record(1, 1, { loss: 0.75 });
  db.metrics.record(1, 2, { loss: 0.25 });
  assert.deepEqual(db.metrics.curve(1, 'loss'), [
    { step: 1, value: 0.75 },
    { step: 2, value: 0.25 },
  ]);
  assert.deepEqual(db.metrics.latest(1), { loss: 0.25, maskAp: null });
  assert.deepEqual(db.metrics.at(1, 1), { loss: 0.75 });
  assert.deepEqual(db.metrics.at(1, 3), {});
});

test('what a student is worth comes by class index, undefined where there is no object, and a repeated step replaces it whole', (t) => {
  const db = testRun(t);
  const cat = { category: CAT, truths: 4, maskAp: 0.25, maskAp50: 0.5, boxAp: 0 };
  const dog = { category: DOG, truths: 0, maskAp: null, maskAp50: null, boxAp: null };
  const far = { category: categoryId(-9), truths: 1, maskAp: 1, maskAp50: 1, boxAp: 1 };
  db.categories.add([{ id: far.category, name: 'far', classIndex: classIndex(2) }]);
  db.classMetrics.record(1, 20, [far, { ...cat, maskAp: 0.75 }]);
  db.classMetrics.record(1, 20, [dog, cat]);
  db.classMetrics.record(1, 10, [far]);
  assert.deepEqual(db.classMetrics.at(1, 20), [cat, dog]);
  assert.deepEqual(db.classMetrics.at(1, 10), [far]);
  assert.deepEqual([db.classMetrics.at(1, 30), db.classMetrics.at(0, 20)], [[], []]);
  assert.throws(() => db.classMetrics.record(1, 10, [cat, cat]), /UNIQUE/);
  assert.deepEqual(db.classMetrics.at(1, 10), [far], 'all or nothing');
});

test('events are read forwards by page and backwards', (t) => {
  const db = testRun(t);
  for (let at = 1; at <= 5; at++) db.events.add({ atMs: T0 + at, round: at > 2 ? 1 : null, kind: 'step', data: { at } });
  assert.deepEqual(db.events.after(1, 2), [
    { id: 2, atMs: T0 + 2, round: null, kind: 'step', data: { at: 2 } },
    { id: 3, atMs: T0 + 3, round: 1, kind: 'step', data: { at: 3 } },
  ]);
  assert.deepEqual(
    db.events.latest(2).map(({ id }) => id),
    [5, 4],
  );
});

test('the newest snapshots are kept', (t) => {
  const db = testRun(t);
  for (let at = 1; at <= 50; at++) db.snapshots.add({ atMs: at, machineVersion: 3, state: { at } });
  assert.deepEqual(db.snapshots.latest(), { atMs: 50, machineVersion: 3, state: { at: 50 } });
  assert.deepEqual(db.connection.one('SELECT count(*) AS snapshots FROM snapshots'), { snapshots: 20 });
});

test('a quarantined file is there once, with its latest reason, until it is released', (t) => {
  const db = testRun(t);
  const file = {
    subset: 'unlabeled',
    path: '/data/bad.jpg',
    fileName: 'bad.jpg',
    reason: 'truncated',
    detail: 'ends early',
    atMs: T0,
  } as const;
  db.quarantine.add({ ...file, reason: 'unreadable' });
  db.quarantine.add(file);
  assert.deepEqual(db.quarantine.all(), [file]);
  assert.deepEqual(db.quarantine.countByReason(), { truncated: 1 });
  assert.equal(db.quarantine.release('unlabeled', file.path), true);
  assert.deepEqual(db.quarantine.all(), []);
});

test('a stage that was resumed has two stretches', (t) => {
  const db = testRun(t);
  const stretch = (startedAtMs: number, durationMs: number) => ({ round: 1, stage: 'label', startedAtMs, durationMs });
  for (const time of [stretch(5, 10), stretch(100, 1), stretch(100, 7)]) db.stageTimes.record(time);
  assert.deepEqual(db.stageTimes.all(), [stretch(5, 10), stretch(100, 7)]);
});

test('a drift is measured, and stays accepted once a person accepted it', (t) => {
  const db = testRun(t);
  const drift = () => db.rounds.byIndex(1)?.drift;
  assert.equal(db.rounds.acceptDrift(1, T0), false, 'there is none yet');
  db.rounds.setDrift(1, { density: 2 });
  assert.deepEqual(drift(), { state: 'measured', drift: { density: 2 } });
  assert.equal(db.rounds.acceptDrift(1, T0), true);
  db.rounds.setDrift(1, { density: 3 });
  assert.deepEqual(drift(), { state: 'accepted', drift: { density: 3 }, acceptedAtMs: T0 });
});

test('what was measured of a model on validation images comes back by image, and is replaced as a whole', (t) => {
  const db = testRun(t);
  const images = [addImage(db, 1, 'validation'), addImage(db, 2, 'validation')];
  const facts = [
    { id: predictionId(1), category: CAT, score: 0.5, areaPx2: 7, quality: { probability: 0.5, stability: 0.25, flipAgreement: null } },
    { id: predictionId(2), category: CAT, score: 0.25, areaPx2: 9 },
  ];
  const overlaps = { first: Uint32Array.of(0), second: Uint32Array.of(1), iou: Float32Array.of(0.5) };
  const measured = { candidates: candidateSet(facts, overlaps), outcomes: Uint8Array.of(1, 2), truths: new Map([[CAT, 3]]) };
  db.calibrations.record(modelId(1), images[1].id, measured);
  db.calibrations.record(modelId(1), images[0].id, measured);
  const nothing = { candidates: candidateSet([], noOverlaps), outcomes: new Uint8Array(0), truths: new Map() };
  db.calibrations.record(modelId(1), images[0].id, nothing);
  const stored = [...db.calibrations.ofModel(modelId(1))].map((one) => ({ ...one, outcomes: Uint8Array.from(one.outcomes) }));
  assert.deepEqual(stored, [
    { image: images[0].id, ...nothing },
    { image: images[1].id, ...measured },
  ]);
  assert.throws(
    () => db.calibrations.record(modelId(1), images[0].id, { ...measured, outcomes: Uint8Array.of(1) }),
    /Expected one for each of 2 candidates for outcomes, got 1/,
  );
});
