import { parseConfig } from '../config/index.ts';
import { modelId } from '../core/index.ts';
import { type MeasuredRound, type MeasuredStatus, type RunReport, reportOf } from '../pipeline/index.ts';

const AT_MS = 1_700_000_000_000;
const DATA = { labeled: { annotations: 't.json', images: 'i' }, validation: { annotations: 'v.json', images: 'i' } };

function round(index: number, stage: string, facts: Partial<MeasuredRound>): MeasuredRound {
  const open = { selection: { state: 'open' }, drift: { state: 'unmeasured' }, outcome: { state: 'open' } } as const;
  return {
    round: { index, stage, teacher: index === 0 ? null : modelId(1), student: null, ...open, startedAtMs: AT_MS },
    labeling: { done: 0, failed: 0, pending: 16, withoutPredictions: 0 },
    selection: { withLabels: 0, withoutLabels: 0, kept: 0, drawn: 0, dropped: 0 },
    ...{ checkpointStep: null, trainedSteps: null, metrics: {}, validations: [], studentStep: null, ...facts },
  };
}

const FIRST = round(0, 'promote', {
  trainedSteps: 100,
  metrics: { loss: 1.5, maskAp: 0.25 },
  validations: [
    { step: 50, metrics: { maskAp: 0.3, maskApLarge: null, loss: 2 } },
    { step: 100, metrics: { maskAp: 0.25, maskApLarge: null, loss: 1.5 } },
  ],
  studentStep: 50,
});
const SECOND = round(1, 'train', {
  labeling: { done: 15, failed: 1, pending: 0, withoutPredictions: 2 },
  selection: { withLabels: 13, withoutLabels: 2, kept: 40, drawn: 0, dropped: 60 },
  trainedSteps: 30,
  metrics: { loss: 2.5, classLoss: 1.25, unsupLoss: null, learningRate: 1e-7 },
});

/** A run whose second round trains, with a name that no format likes. */
export function testReport(name = 'a "run"\\of\nmine'): RunReport {
  const config = parseConfig(JSON.stringify({ name: 'a', data: DATA, train: { steps: 100 } }), '/nowhere/selfpaste.yaml');
  const facts = { name, seed: 7, config, configHash: config.hash, programVersion: '0.1.0', machineVersion: 0, createdAtMs: AT_MS };
  const status: MeasuredStatus = {
    run: facts,
    images: { labeled: 8, validation: 6, unlabeled: 16 },
    donors: 31,
    quarantined: { duplicate: 2 },
    verdicts: { accepted: 0, rejected: 0 },
    models: [],
    rounds: [FIRST, SECOND],
    stageTimes: [
      { round: 0, stage: 'train', startedAtMs: AT_MS, durationMs: 1500 },
      { round: 1, stage: 'label', startedAtMs: AT_MS + 1, durationMs: 250 },
      { round: 1, stage: 'train', startedAtMs: AT_MS + 2, durationMs: 500 },
    ],
    snapshot: undefined,
    events: [],
  };
  const since = new Date(AT_MS).toISOString();
  const owner = { pid: 1, host: 'here', since, sinceMs: AT_MS, beatAgeMs: 1500, state: 'alive', leaseLeftMs: null } as const;
  return reportOf(status, '/runs/a', owner, AT_MS);
}
