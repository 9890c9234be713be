import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { READERS, type Reader } from '../../config/index.ts';
import { configWith } from '../test-data.ts';
import { planChanges } from './change-plan.ts';
import { type Course, effectOf, stagesOf } from './effects.ts';
import type { Progress, RunPlace } from './place.ts';

const course: Course = { rounds: 3, given: false };
const place = (round: number, stage: RunPlace['stage'], progress: Progress = 'none', promoted = false): RunPlace => ({
  ...{ round, stage, progress, promoted },
});
const given: Course = { ...course, given: true };
const LABELING: readonly Reader[] = ['label', 'train', 'evaluate'];
/** How the classes of a given teacher become categories. */
const CLASSES: readonly Reader[] = ['adopt', 'label', 'evaluate'];

const cases: readonly [what: string, readBy: readonly Reader[], at: RunPlace, course: Course, kind: string, from?: string][] = [
  ['what no stage reads', [], place(1, 'train', 'some'), course, 'nothing'],
  ['data before they were read', ['import'], place(0, 'import'), course, 'nothing'],
  ['data while they are read', ['import'], place(0, 'import', 'fixed'), course, 'data'],
  ['data of later rounds', ['import'], place(2, 'label'), course, 'data'],
  ['the policy before the selection', ['select'], place(1, 'label', 'fixed'), course, 'nothing'],
  ['the policy in the selection', ['select'], place(1, 'select', 'some'), course, 'stage'],
  ['the policy of frozen labels', ['select'], place(1, 'select', 'fixed'), course, 'round', '1/select'],
  ['the policy after the selection', ['select'], place(1, 'train', 'none'), course, 'round', '1/select'],
  ['the policy in round 0, which selects nothing', ['select'], place(0, 'train', 'some'), course, 'nothing'],
  ['the training at work', ['train'], place(2, 'train', 'some'), course, 'stage'],
  ['a training that has not begun', ['train'], place(2, 'train'), course, 'nothing'],
  ['a training that is done', ['train'], place(2, 'evaluate'), course, 'round', '2/train'],
  ['the labeling under way', LABELING, place(1, 'label', 'fixed'), course, 'round', '1/label'],
  ['how models are measured, in round 0', LABELING, place(0, 'train', 'some'), course, 'stage'],
  ['the same where a teacher was given', LABELING, place(0, 'evaluate', 'some'), given, 'stage'],
  ['a teacher before it is taken', ['adopt'], place(0, 'import', 'fixed'), given, 'nothing'],
  ['no teacher any more, before it is taken', ['adopt'], place(0, 'import', 'fixed'), course, 'nothing'],
  ['a teacher that is being taken', ['adopt'], place(0, 'adopt', 'some'), given, 'stage'],
  ['a teacher that was measured', ['adopt'], place(0, 'evaluate'), given, 'rounds', '0/adopt'],
  ['a teacher of later rounds', ['adopt'], place(2, 'train'), given, 'rounds', '0/adopt'],
  ['a teacher instead of one that is being trained', ['adopt'], place(0, 'train', 'some'), given, 'rounds', '0/adopt'],
  ['no teacher any more', ['adopt'], place(2, 'train'), course, 'rounds', '0/train'],
  ["a given teacher's classes before it is taken", CLASSES, place(0, 'adopt'), given, 'nothing'],
  ["a given teacher's classes once it was measured", CLASSES, place(0, 'promote'), given, 'rounds', '0/adopt'],
  ["a given teacher's classes while it labels", CLASSES, place(1, 'label', 'fixed'), given, 'rounds', '0/adopt'],
  ["a given teacher's classes behind the end of a round", CLASSES, place(1, 'decide', 'none', true), given, 'rounds', '0/adopt'],
  ['classes of a teacher that nobody gave', CLASSES, place(1, 'label', 'fixed'), course, 'nothing'],
  ['classes of a teacher that nobody gave, where students are measured', CLASSES, place(0, 'evaluate', 'some'), course, 'nothing'],
  ['more rounds behind the end', ['decide'], place(3, 'decide', 'none', true), course, 'nothing'],
  ['the training behind the end of a run', ['train'], place(3, 'decide', 'none', true), course, 'round', '3/train'],
  ['the training of rounds that are added', ['train'], place(2, 'decide', 'none', true), course, 'nothing'],
  ['the margin where nobody was promoted', ['promote'], place(2, 'decide'), course, 'round', '2/promote'],
];
for (const [what, readBy, at, course, kind, from] of cases) {
  test(`${what}: ${kind}`, () => {
    const effect = effectOf({ readBy }, at, course);
    assert.equal(effect.kind, kind);
    assert.equal('at' in effect ? `${effect.at.round}/${effect.at.stage}` : undefined, from);
  });
}

/** A setting by its readers, and a place that a run of this course comes to. */
const asked = fc
  .record({
    readBy: fc.subarray([...READERS]),
    at: fc.record({
      round: fc.integer({ min: 0, max: 4 }),
      stage: fc.constantFrom(...READERS),
      progress: fc.constantFrom<Progress>('none', 'some', 'fixed'),
      promoted: fc.boolean(),
    }),
    course: fc.record({ rounds: fc.integer({ min: 0, max: 4 }), given: fc.boolean() }),
  })
  .filter(({ at, course }) => stagesOf(at.round, course).includes(at.stage));

test('whatever reads a setting: what goes on in place touches no stage that is behind, and a fork begins in front of all of its readers', () => {
  fc.assert(
    fc.property(asked, ({ readBy, at, course }) => {
      const effect = effectOf({ readBy }, at, course);
      const first = stagesOf(at.round, course).find((stage) => readBy.includes(stage));
      const isOfNobody = readBy[0] === 'adopt' && !course.given;
      const isDone = first !== undefined && !isOfNobody && READERS.indexOf(first) < READERS.indexOf(at.stage);
      if (effect.kind === 'stage') assert.equal(first, at.stage);
      if (effect.kind === 'round') assert.deepEqual([effect.at.round, effect.at.stage], [at.round, first]);
      if (effect.kind === 'nothing' && at.stage !== 'decide') assert.ok(!isDone);
    }),
  );
});

test('what no stage of a round reads is nothing to it, the data or the first teacher; an import that goes on is never forked behind', () => {
  fc.assert(
    fc.property(asked, ({ readBy, at, course }) => {
      const effect = effectOf({ readBy }, at, course);
      const isOfRound = stagesOf(at.round, course).some((stage) => readBy.includes(stage));
      if (!isOfRound || at.stage === 'import') assert.ok(!['stage', 'round'].includes(effect.kind), effect.kind);
      if (effect.kind === 'data') assert.equal(readBy[0], 'import');
      if (effect.kind !== 'rounds') return;
      assert.ok(readBy[0] === 'adopt' && at.stage !== 'import');
      assert.deepEqual(effect.at, { round: 0, stage: stagesOf(0, course)[1] });
    }),
  );
});

test('all changes together go back to the earliest of their points', () => {
  const before = configWith({});
  const plan = (settings: Parameters<typeof configWith>[0]) => planChanges(before, configWith(settings), place(2, 'train', 'some'));
  assert.deepEqual(plan({ train: { steps: 5 }, retry: { waits: [] } }).restart, { kind: 'stage', at: { round: 2, stage: 'train' } });
  assert.deepEqual(plan({ train: { steps: 5 }, policy: { score: 0.4 } }).restart, { kind: 'fork', at: { round: 2, stage: 'select' } });
  assert.deepEqual(plan({ teacher: { floor: 0.1 }, policy: { score: 0.4 } }).restart, { kind: 'fork', at: { round: 2, stage: 'label' } });
  assert.deepEqual(plan({ teacher: { floor: 0.1, model: 't.onnx' } }).restart, { kind: 'fork', at: { round: 0, stage: 'adopt' } });
  assert.deepEqual(plan({ retry: { waits: [] } }).restart, { kind: 'none' });
  const [given, none] = [configWith({ teacher: { model: 't.onnx' } }), configWith({ teacher: { floor: 0.1 } })];
  assert.deepEqual(planChanges(given, none, place(2, 'train')).restart, { kind: 'fork', at: { round: 0, stage: 'train' } });
});

test('the rounds that were made with an old value are told', () => {
  const plan = planChanges(configWith({}), configWith({ train: { steps: 5 }, policy: { score: 0.4 } }), place(2, 'label', 'fixed'));
  assert.deepEqual(
    plan.changes.map(({ key, madeBefore }) => [key, madeBefore]),
    [
      ['policy.score', [1]],
      ['train.steps', [0, 1]],
    ],
  );
});

test("how a teacher's classes are read is told where one is given, and is nothing to a run that trains its own", () => {
  const plan = (teacher: { model?: string }) => {
    const after = configWith({ teacher: { ...teacher, match: 'id', classes: { cat: 3 } } });
    return planChanges(configWith({ teacher }), after, place(2, 'evaluate', 'some'));
  };
  const told = ({ changes }: ReturnType<typeof plan>) => changes.map(({ key, effect, madeBefore }) => [key, effect.kind, madeBefore]);
  assert.deepEqual(plan({ model: 't.onnx' }).restart, { kind: 'fork', at: { round: 0, stage: 'adopt' } });
  assert.deepEqual(plan({}).restart, { kind: 'none' });
  assert.deepEqual(told(plan({})), [
    ['teacher.match', 'nothing', []],
    ['teacher.classes', 'nothing', []],
  ]);
});

test('data that are read again are a change like other data, with other settings or without; before the import they are nothing', () => {
  const before = configWith({});
  const plan = (after: typeof before, at: RunPlace) => planChanges(before, after, at, 'again');
  const alone = plan(before, place(2, 'train', 'some'));
  assert.deepEqual([alone.changes, alone.data, alone.restart], [[], 'again', { kind: 'import' }]);
  const beside = plan(configWith({ policy: { score: 0.4 } }), place(2, 'train', 'some'));
  assert.deepEqual([beside.changes.map(({ key }) => key), beside.restart], [['policy.score'], { kind: 'import' }]);
  assert.deepEqual(plan(before, place(0, 'import', 'fixed')).restart, { kind: 'import' });
  assert.deepEqual(plan(before, place(0, 'import')).restart, { kind: 'none' });
  assert.deepEqual(planChanges(before, before, place(2, 'train', 'some')).restart, { kind: 'none' });
});

test('the name and the folder of runs stay', () => {
  const plan = planChanges(configWith({}), configWith({ name: 'other', runs: '/elsewhere' }), place(0, 'train'));
  assert.deepEqual([plan.changes, plan.ignored.map(({ key }) => key)], [[], ['name', 'runs']]);
});
