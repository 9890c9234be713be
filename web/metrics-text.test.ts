import assert from 'node:assert/strict';
import { it } from 'node:test';
import { metricsText } from './metrics-text.ts';
import { testReport } from './test-report.ts';

/** A sample line of the format: name, labels with escaped values, number. */
const SAMPLE = /^selfpaste_[a-z_]+(\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"(,[a-z]+="(?:[^"\\\n]|\\["\\n])*")*\})? -?\d[\d.e+-]*$/;

it('a run is its samples, and nothing is said of what is not known', () => {
  const samples = metricsText(testReport())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  assert.deepEqual(samples, [
    'selfpaste_run_info{run="a \\"run\\"\\\\of\\nmine",seed="7",version="0.1.0"} 1',
    'selfpaste_round 1',
    ...['import', 'adopt', 'label', 'select'].map((stage) => `selfpaste_stage{stage="${stage}"} 0`),
    'selfpaste_stage{stage="train"} 1',
    ...['evaluate', 'promote'].map((stage) => `selfpaste_stage{stage="${stage}"} 0`),
    'selfpaste_state{state="running"} 1',
    ...['paused', 'waiting', 'interrupted', 'finished'].map((state) => `selfpaste_state{state="${state}"} 0`),
    'selfpaste_stage_seconds_total{stage="train"} 2',
    'selfpaste_stage_seconds_total{stage="label"} 0.25',
    'selfpaste_owner_beat_age_seconds 1.5',
    'selfpaste_images{subset="labeled"} 8',
    'selfpaste_images{subset="validation"} 6',
    'selfpaste_images{subset="unlabeled"} 16',
    'selfpaste_quarantined{reason="duplicate"} 2',
    'selfpaste_labeled_images{round="0"} 0',
    'selfpaste_labeled_images{round="1"} 15',
    'selfpaste_labels{round="0",status="kept"} 0',
    'selfpaste_labels{round="0",status="dropped"} 0',
    'selfpaste_labels{round="1",status="kept"} 40',
    'selfpaste_labels{round="1",status="dropped"} 60',
    'selfpaste_train_step 30',
    'selfpaste_train_steps 100',
    'selfpaste_loss{part="total"} 2.5',
    'selfpaste_loss{part="class"} 1.25',
    'selfpaste_metric{round="0",metric="maskAp"} 0.3',
  ]);
  for (const sample of samples) assert.match(sample, SAMPLE);
});

it('each family says once, before its samples, what it is', () => {
  const lines = metricsText(testReport()).trimEnd().split('\n');
  const described = lines.flatMap((line) => /^# TYPE (\w+) (gauge|counter)$/.exec(line)?.[1] ?? []);
  const sampled = lines.filter((line) => !line.startsWith('#')).map((line) => line.replace(/[{ ].*/s, ''));
  assert.deepEqual(described, [...new Set(sampled)]);
  for (const name of described)
    assert.match(lines[lines.findIndex((line) => line.startsWith(`# TYPE ${name} `)) - 1], new RegExp(`^# HELP ${name} \\S`));
  assert.ok(lines.includes('# TYPE selfpaste_stage_seconds_total counter'));
});
