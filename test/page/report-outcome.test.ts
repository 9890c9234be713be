import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report, ReportedRound } from '../../web/contract/report.ts';
import { outcomeSentence, whyStopped } from '../../web/page/report/outcome.ts';

type Measured = readonly [role: 'given' | 'student', maskAp: number | null] | null;

function reported(state: Report['state'], ...measured: readonly Measured[]): string {
  const rounds = measured.map((one, index) => ({
    index,
    student: one && { role: one[0], round: index, maskAp: one[1], maskAp50: null, boxAp: null },
  })) as unknown as readonly ReportedRound[];
  return outcomeSentence({ state, rounds, metric: 'maskAp' });
}

const FINISHED = { kind: 'finished' } as const;
const TRAINING = { round: 1, stage: 'train' } as const;

test('what came of a run is one sentence, however far it came', () => {
  assert.equal(reported({ kind: 'interrupted', why: null, round: 0, stage: 'import' }), 'The run has not begun: no round has started.');
  assert.equal(reported({ kind: 'running', ...TRAINING }, null), 'Under way in round 1, train: no student has been measured.');
  assert.equal(
    reported({ kind: 'paused', ...TRAINING }, ['student', null]),
    'Paused in round 1, train: no student has been measured.',
    'a number that is not defined is none',
  );
  assert.equal(
    reported({ kind: 'waiting', untilMs: 1, failures: 1, why: 'it died', ...TRAINING }, ['given', 0.25]),
    'Waiting to try round 1, train again: the given model reaches mask AP 0.250 on the validation pictures.',
  );
  assert.equal(
    reported(FINISHED, ['student', 0.25], ['student', 0.5], ['student', 0.375]),
    'Finished after round 2: the student of round 1 is the best, with mask AP 0.500 on the validation pictures, 0.250 more than the student of round 0.',
  );
  assert.equal(
    reported(FINISHED, ['student', 0.25], ['student', 0.25]),
    'Finished after round 1: no later student is better than the student of round 0, which reaches mask AP 0.250 on the validation pictures.',
  );
});

test('why a run does not go on is what it said itself', () => {
  assert.equal(whyStopped({ kind: 'interrupted', why: 'the disk is full', ...TRAINING }), 'the disk is full');
  assert.equal(whyStopped({ kind: 'interrupted', why: null, ...TRAINING }), null);
  assert.equal(whyStopped(FINISHED), null);
});
