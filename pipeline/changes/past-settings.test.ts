import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ResolvedConfig, restoreConfig } from '../../config/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { configWith, withDatabase } from '../test-data.ts';
import { type ChangePlan, planChanges } from './change-plan.ts';
import { settingsEvent, settingsOfRound } from './past-settings.ts';
import type { RunPlace } from './place.ts';

const place = (round: number, stage: RunPlace['stage'], promoted = false): RunPlace => ({ round, stage, progress: 'some', promoted });

function record(db: RunDatabase, before: ResolvedConfig, after: ResolvedConfig, at: RunPlace): ChangePlan {
  const plan = planChanges(before, after, at);
  db.events.add({ atMs: 1, round: at.round, kind: 'settings-changed', data: settingsEvent(plan, 'Ada') });
  return plan;
}

test('each round has the settings that held when it trained, however often they changed since', () =>
  withDatabase((db) => {
    const unlabeled = ['data.unlabeled={ images: more }', 'rounds=5'];
    const first = restoreConfig(configWith({ train: { steps: 10 }, augment: { jitter: [0.5, 1] } }), unlabeled);
    const second = restoreConfig(first, ['train.steps=20', 'augment.jitter=large']);
    const third = restoreConfig(second, ['train.steps=30']);
    record(db, first, second, place(1, 'train'));
    for (let number = 0; number < 1200; number++) db.events.add({ atMs: 1, round: 1, kind: 'note', data: { kind: 'note' } });
    record(db, second, third, place(2, 'decide', true));
    const held = [0, 1, 2, 3].map((round) => settingsOfRound(db, third, round));
    assert.deepEqual(
      held.map(({ train, augment }) => [train.steps, augment.jitter]),
      [
        [10, [0.5, 1]],
        [20, 'large'],
        [20, 'large'],
        [30, 'large'],
      ],
    );
  }));

test('a fork trains with new settings from the round on in which it begins', () =>
  withDatabase((db) => {
    const [before, after] = [configWith({ policy: { score: 0.5 } }), configWith({ policy: { score: 0.6 }, train: { steps: 5 } })];
    assert.equal(record(db, before, after, place(3, 'decide')).restart.kind, 'fork');
    assert.deepEqual(
      [2, 3].map((round) => settingsOfRound(db, after, round).train.steps),
      [before.train.steps, 5],
    );
  }));
