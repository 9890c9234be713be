import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { restoreConfig } from '../../config/index.ts';
import type { ErrorFacts } from '../../core/index.ts';
import { acquireRunLock, openDatabase, readRunOwner } from '../../db/index.ts';
import { CAT, DOG } from '../../db/test-database.ts';
import { changeSettings, comparePolicies, runConfigOf, runFolder } from '../../pipeline/index.ts';
import { firstContext, MACHINE_VERSION, type Place } from '../../pipeline/machine/machine.ts';
import { type TwoRounds, twoRounds } from '../../test/two-rounds.ts';
import type { LineExamples, PolicyFacts, ThresholdAnswer, ThresholdPlan } from '../contract/policy.ts';

type Refusal = { readonly error: Pick<ErrorFacts, 'code' | 'message' | 'hint'> };

function standAt({ db }: TwoRounds, stage: Place): void {
  const context = { ...firstContext({ rounds: 2, given: false, waits: [] }), round: 2, stage };
  db.snapshots.add({ atMs: 1, machineVersion: MACHINE_VERSION, state: { value: stage, context } });
}

const storedPolicy = ({ folder }: TwoRounds) => {
  const db = openDatabase(runFolder(folder).database, { mode: 'read' });
  try {
    return runConfigOf(db, folder).policy;
  } finally {
    db.close();
  }
};

test('the thresholds of the settings stand beside the scores of a round', async (t) => {
  const { ask } = twoRounds(t);
  const { answer } = await ask<PolicyFacts>('/api/policy?round=1');
  assert.deepEqual([answer.round, answer.rounds, answer.rule], [1, [1, 2], 'fixed']);
  assert.deepEqual(
    answer.classes.map(({ name, threshold, predictions }) => [name, threshold, predictions]),
    [
      ['cat', 0.5, 2],
      ['dog', 0.5, 1],
    ],
  );
  assert.equal(answer.classes[0]?.histogram[16], 1);
  const idle = new Map(answer.settings.map((one) => [one.key, one.idle]));
  assert.equal(idle.get('policy.density'), 'the rule is fixed');
  assert.equal(idle.get('policy.maskNmsIou'), null);
  assert.equal(idle.get('policy.minFlipAgreement'), 'off');
});

test('what other thresholds keep is what `labels policy` says', async (t) => {
  const { ask, db, folder } = twoRounds(t);
  const { answer } = await ask<ThresholdAnswer>(`/api/policy/preview?round=1&all=0.3&t${DOG}=0.7`);
  const present = runConfigOf(db, folder);
  const next = runConfigOf(db, folder, ['policy.score=0.3', 'policy.scoreByCategory={dog: 0.7}']);
  const { preview } = comparePolicies(db, 1, present, next);
  assert.deepEqual({ ...answer.overall, expected: undefined }, { ...preview.overall, expected: undefined });
  assert.deepEqual([answer.overall.gained, answer.overall.lost], [1, 1]);
  for (const { category, present: before, next: then, gained, lost } of answer.classes)
    assert.deepEqual({ present: before, next: then, gained, lost }, preview.byCategory.get(category));
  assert.deepEqual(answer.imagesWithLabels, { present: 1, next: 1 });
  assert.deepEqual(
    new Map(answer.reasons.map(({ reason, present: before, next: then }) => [reason, { present: before, next: then }])),
    preview.byReason,
  );
  assert.equal(answer.isCalibrated, false);
});

test('what people said holds under any threshold, also what they say between two questions', async (t) => {
  const { ask, db, said } = twoRounds(t);
  const kept = async () => (await ask<ThresholdAnswer>('/api/policy/preview?round=1&all=0.95')).answer.overall.next;
  assert.equal(await kept(), 0);
  const [prediction] = said[0] ?? [];
  assert.ok(prediction !== undefined);
  const { action } = db.verdicts.record([{ of: 'prediction', prediction, verdict: 'accepted' }], {
    who: 'ada',
    why: '',
    subject: 'p1',
    atMs: 1,
  });
  assert.equal(await kept(), 1);
  db.verdicts.undo(action, { who: 'ada', atMs: 2 });
  assert.equal(await kept(), 0);
});

test('the examples of a class lie at its line, with what becomes of them', async (t) => {
  const { ask, said } = twoRounds(t);
  const { answer } = await ask<LineExamples>(`/api/policy/examples?round=1&class=${CAT}&t${CAT}=0.8`);
  const facts = (side: keyof LineExamples) => answer[side].map(({ prediction, score, reason }) => [prediction, score, reason]);
  assert.deepEqual(facts('above'), [[said[0]?.[0], 0.8, 'score']]);
  assert.deepEqual(facts('below'), [[said[0]?.[2], 0.4, 'unsure']]);
  assert.match(answer.above[0]?.thumbnail ?? '', /^\/api\/labels\/\d+\/thumbnail\?content=/);
});

test('thresholds and rounds that are none are refused', async (t) => {
  const { ask } = twoRounds(t);
  const refusal = async (path: string) => (await ask<Refusal>(path)).answer.error;
  assert.deepEqual(await refusal('/api/policy/preview?all=1.5'), {
    code: 'USAGE_BAD_THRESHOLD',
    message: 'Expected a threshold from 0 to 1 for all, got "1.5" (string)',
    hint: 'move the slider again',
  });
  assert.equal((await refusal(`/api/policy/preview?t${CAT}=`)).code, 'USAGE_BAD_THRESHOLD');
  assert.deepEqual(await refusal('/api/policy?round=0'), {
    code: 'USAGE_NO_ROUND',
    message: 'Expected a round that has labels (1, 2) for round, got "0" (string)',
    hint: 'choose another round, or wait until one has begun to label',
  });
  assert.equal((await refusal('/api/policy/examples?class=99')).code, 'USAGE_NO_CATEGORY');
});

test('thresholds are written where the run can take them, and what that means is told before', async (t) => {
  const run = twoRounds(t);
  standAt(run, 'select');
  const query = { all: '0.4', [`t${DOG}`]: '0.7' };
  const { answer: planned } = await run.ask<ThresholdPlan>(`/api/policy/plan?${new URLSearchParams(query)}`);
  assert.equal(planned.refusal, null);
  assert.deepEqual(
    planned.plan.changes.map(({ key, after, effect }) => [key, after, effect.kind]),
    [
      ['policy.score', 0.4, 'stage'],
      ['policy.scoreByCategory', { dog: 0.7 }, 'stage'],
    ],
  );
  assert.equal(storedPolicy(run).score, 0.5);
  const { answer: written } = await run.ask<ThresholdPlan>('/api/policy', { query, agreed: planned.mark });
  assert.deepEqual(written.commands, [`selfpaste resume ${run.folder}`]);
  const { score, scoreByCategory } = storedPolicy(run);
  assert.deepEqual([score, scoreByCategory], [0.4, { dog: 0.7 }]);
  assert.equal(run.db.events.latest(1)[0]?.kind, 'settings-changed');
});

test('what a fork alone can do is refused with the command lines for it', async (t) => {
  const run = twoRounds(t);
  standAt(run, 'train');
  run.db.rounds.freeze(2, {}, 1);
  const { answer } = await run.ask<ThresholdPlan>('/api/policy/plan?all=0.4');
  assert.match(answer.refusal ?? '', /^this round was selected already/);
  const { folder } = run;
  assert.deepEqual(answer.commands, [
    `selfpaste resume ${folder} --until round=2`,
    `selfpaste resume ${folder} --set policy.score=0.4 --set 'policy.scoreByCategory={}' --set rounds=3`,
    `selfpaste resume ${folder} --set policy.score=0.4 --set 'policy.scoreByCategory={}' --fork NAME`,
  ]);
  const { status, answer: refused } = await run.ask<Refusal>('/api/policy', { query: { all: '0.4' }, agreed: answer.mark });
  assert.deepEqual([status, refused.error.code], [400, 'USAGE_SETTINGS_NEED_FORK']);
  assert.equal(storedPolicy(run).score, 0.5);
});

test('a run that a living process owns keeps its settings', async (t) => {
  const run = twoRounds(t);
  standAt(run, 'select');
  const lock = acquireRunLock(run.folder);
  t.after(() => lock.release());
  const { answer } = await run.ask<ThresholdPlan>(`/api/policy/plan?t${CAT}=0.4`);
  assert.match(answer.refusal ?? '', /^process \d+ on \S+ owns the run/);
  assert.deepEqual(answer.commands, [
    `selfpaste stop ${run.folder}`,
    `selfpaste resume ${run.folder} --set 'policy.scoreByCategory={"cat":0.4}'`,
  ]);
  const { answer: refused } = await run.ask<Refusal>('/api/policy', { query: { [`t${CAT}`]: '0.4' }, agreed: answer.mark });
  assert.equal(refused.error.code, 'ENVIRONMENT_RUN_OWNED');
});

test('a run whose owner on another host gave no sign of life for longer than its lease is free, as it is to `resume`', async (t) => {
  const run = twoRounds(t);
  standAt(run, 'select');
  const owner = join(run.folder, 'owner.json');
  writeFileSync(owner, JSON.stringify({ pid: 4711, host: 'elsewhere', since: '2026-01-02T03:04:05.678Z' }));
  const longAgo = new Date(Date.now() - 3_600_000);
  utimesSync(owner, longAgo, longAgo);
  assert.equal(readRunOwner(run.folder)?.state, 'unknown');
  const query = { all: '0.4' };
  const { answer } = await run.ask<ThresholdPlan>('/api/policy/plan?all=0.4');
  assert.deepEqual([answer.refusal, answer.commands], [null, [`selfpaste resume ${run.folder}`]]);
  assert.equal((await run.ask('/api/policy', { query, agreed: answer.mark })).status, 200);
  assert.equal(storedPolicy(run).score, 0.4);
});

test('what is written is what was seen: a run that moved on, or was changed, meanwhile keeps its settings', async (t) => {
  const run = twoRounds(t);
  standAt(run, 'select');
  const query = { all: '0.4' };
  const moved = {
    code: 'USAGE_RUN_MOVED',
    message: `Expected ${run.folder} where it was when its settings were compared, but it moved on meanwhile: they mean something else there`,
    hint: 'give the same command again, and look at what it says now',
  };
  const planned = async () => (await run.ask<ThresholdPlan>('/api/policy/plan?all=0.4')).answer.mark;
  const refused = async (agreed: string) => (await run.ask<Refusal>('/api/policy', { query, agreed })).answer.error;
  const seen = await planned();
  await changeSettings(run.folder, { settings: (stored) => restoreConfig(stored, ['policy.score=0.45']), data: 'as-imported' }, 'eve');
  assert.deepEqual(await refused(seen), moved);
  const again = await planned();
  standAt(run, 'train');
  assert.deepEqual(await refused(again), moved);
  assert.deepEqual(await refused(''), moved);
  assert.equal(storedPolicy(run).score, 0.45);
});
