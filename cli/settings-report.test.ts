import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChangePlan, PlannedChange, SharedData } from '../pipeline/index.ts';
import { settingsReport } from './settings-report.ts';

const place = { round: 2, stage: 'train', progress: 'some', promoted: false } as const;
const score: PlannedChange = {
  ...{ key: 'policy.score', before: 0.5, after: 0.6, readBy: ['select'], madeBefore: [1] },
  effect: { kind: 'round', at: { round: 2, stage: 'select' } },
};
const steps: PlannedChange = {
  ...{ key: 'train.steps', before: 2000, after: 3000, readBy: ['train'], madeBefore: [0, 1] },
  effect: { kind: 'stage' },
};
const patience: PlannedChange = { ...steps, key: 'train.patience', before: null, after: 3 };
const plan = (changes: readonly PlannedChange[], restart: ChangePlan['restart']): ChangePlan => ({
  ...{ place, changes, ignored: [], data: 'as-imported', restart },
});

test('a report says what each setting was and is, what it invalidates, and what goes on', () => {
  const report = settingsReport(plan([score, steps, patience], { kind: 'fork', at: { round: 2, stage: 'select' } }));
  assert.equal(
    report,
    `the run is in round 2, train

setting         before  after  invalidates
--------------  ------  -----  --------------------------
policy.score    0.5     0.6    this round, from select on
train.steps     2000    3000   this stage
train.patience  null    3      this stage

round 1 keeps what came of the old policy.score
rounds 0 to 1 keep what came of the old train.steps, train.patience
only a fork can go on, from round 2, select: what was made before is shared`,
  );
});

test('each way to go on has its words', () => {
  const last = (restart: ChangePlan['restart']) =>
    settingsReport(plan([steps], restart))
      .split('\n')
      .at(-1);
  assert.equal(last({ kind: 'none' }), 'the run can go on where it is');
  assert.equal(last({ kind: 'stage', at: { round: 2, stage: 'train' } }), 'the run can go on: train of round 2 starts anew');
  assert.equal(last({ kind: 'import' }), 'only a fork can go on, from the import of the data: what is the same by content is shared');
});

const shared: SharedData = {
  run: 'base',
  parts: {
    labeled: { pictures: 8, shared: 8 },
    validation: { pictures: 6, shared: 6 },
    unlabeled: { pictures: 400, shared: 312 },
  },
  beginning: { kind: 'same', from: 'base' },
  labels: { pictures: 400, shared: 312, from: 'base' },
  leftBehind: new Map(),
};

test('a fork with other data: what is shared and what is made again is counted', () => {
  const report = settingsReport(plan([steps], { kind: 'import' }), shared);
  const [, said] = report.split('what is the same by content is shared\n');
  assert.equal(
    said,
    `
pictures    in the data  in base
----------  -----------  -------
labeled     8            8
validation  6            6
unlabeled   400          312

round 0: its student and numbers are those of base; nothing is trained
round 1: the labels of 312 of 400 pictures are those of base, 88 are labeled; what comes after is made again, unless it turns out the same`,
  );
});

test('each beginning of a fork with other data has its words', () => {
  const lines = (facts: Partial<SharedData>) =>
    settingsReport(plan([steps], { kind: 'import' }), { ...shared, ...facts })
      .split('\n')
      .slice(-2);
  assert.deepEqual(
    lines({ beginning: { kind: 'other', why: 'it has no student of round 0' }, labels: { pictures: 9, shared: 0, from: 'base' } }),
    [
      'round 0 is trained again: it has no student of round 0',
      'round 1: the labels of 0 of 9 pictures are those of base, 9 are labeled; what comes after is made again, unless it turns out the same',
    ],
  );
  assert.deepEqual(
    lines({ beginning: { kind: 'given', numbersFrom: 'base' }, labels: { pictures: 9, shared: 9, from: 'more and base' } }),
    [
      'round 0 takes the given teacher; its numbers are those of base',
      'round 1: the labels of 9 of 9 pictures are those of more and base, none is labeled again; what comes after is made again, unless it turns out the same',
    ],
  );
  assert.equal(
    lines({ beginning: { kind: 'given', numbersFrom: null } })[0],
    'round 0 takes the given teacher; its numbers are measured again',
  );
  assert.equal(lines({ labels: { pictures: 0, shared: 0, from: 'base' } }).at(-1), 'no picture is to be labeled');
  const leftBehind = new Map([
    ['dog', 2],
    ['red\u001b[2J', 1],
  ]);
  const said = 'what people drew of categories that are not in these data stays behind: 2 of dog, 1 of red\\x1b[2J';
  assert.equal(lines({ leftBehind }).at(-1), said);
});

test('data that are read again are said, whether a setting differs or not', () => {
  const again = (changes: readonly PlannedChange[], restart: ChangePlan['restart']) =>
    settingsReport({ ...plan(changes, restart), data: 'again' }).split('\n');
  const only = 'only a fork can go on, from the import of the data: what is the same by content is shared';
  const said = 'the data are read again, as their files are now';
  assert.deepEqual(again([], { kind: 'import' }), ['the run is in round 2, train', '', said, only]);
  assert.deepEqual(again([steps], { kind: 'import' }).slice(-3), ['rounds 0 to 1 keep what came of the old train.steps', said, only]);
  assert.deepEqual(again([], { kind: 'none' }).slice(-2), [
    'the data were not read yet: the run reads them anyway',
    'the run can go on where it is',
  ]);
});

test('more rounds behind a student that was not promoted: none follows, and that is said', () => {
  const rounds = { ...steps, key: 'rounds', effect: { kind: 'nothing' }, madeBefore: [] } as const;
  const last = (promoted: boolean) =>
    settingsReport({ ...plan([rounds], { kind: 'none' }), place: { ...place, stage: 'decide', promoted } })
      .split('\n')
      .at(-1);
  assert.equal(last(false), 'no round follows, whatever `rounds` is: the student of round 2 was not promoted');
  assert.equal(last(true), 'the run can go on where it is');
});

test('where nothing differs that is said, and what of a file is not taken', () => {
  const named = { ...steps, key: 'name', before: 'a', after: 'b' };
  assert.equal(
    settingsReport({ ...plan([], { kind: 'none' }), ignored: [named] }),
    'no setting differs\nname stays as it is: a run is where its folder is; --fork NAME makes one of another name',
  );
});
