import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SelfpasteError } from '../../core/index.ts';
import type { SnapshotRow } from '../../db/index.ts';
import { MACHINE_VERSION, type RunContext, type RunSettings, type RunSnapshot } from './machine.ts';
import { machineGraph } from './machine-graph.ts';
import { contextToGoOn, restoredState, stateOf } from './machine-state.ts';
import { start } from './test-machine.ts';

type Golden = Pick<SnapshotRow, 'machineVersion' | 'state'>;

const FOLDER = 'test/golden/machine';
const SETTINGS: RunSettings = { rounds: 2, given: false, waits: [5] };
const nameOf = (file: string): string => file.replace(/\.json$/, '');

function goldens(version: number): ReadonlyMap<string, Golden> {
  const folder = join(FOLDER, `v${version}`);
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Golden;
  return new Map(readdirSync(folder).map((file) => [nameOf(file), read(file)]));
}

/** The machine as another process starts it from a stored state. */
function resumed(golden: Golden, settings: RunSettings = SETTINGS): RunSnapshot {
  return start(contextToGoOn(restoredState(golden), settings));
}

/** What a golden remembers, whatever else its version kept. */
const contextOf = ({ state }: Golden): RunContext => (state as { readonly context: RunContext }).context;

function assertRemembers({ context }: RunSnapshot, golden: Golden): void {
  const { round, teacher, teacherScore, student, studentScore, promoted } = contextOf(golden);
  const { round: at, ...known } = { round, teacher, teacherScore, student, studentScore, promoted };
  assert.equal(context.round, at);
  for (const [name, value] of Object.entries(known)) assert.equal(context[name as keyof typeof known], value, name);
}

describe('states that runs remembered', () => {
  it('of version 3 go on at their stage', () => {
    const found = goldens(3);
    assert.equal(found.size, 20);
    for (const [name, golden] of found) {
      assert.equal(golden.machineVersion, 3);
      const { value, context } = golden.state as { readonly value: string; readonly context: RunContext };
      const again = resumed(golden, { ...SETTINGS, rounds: context.rounds, given: context.given });
      assert.equal(again.value, value, name);
      assertRemembers(again, golden);
      assert.deepEqual(again.context.waits, SETTINGS.waits);
    }
  });

  it('of version 4 go on at their stage; a wait goes on waiting, a pause ends', () => {
    const found = goldens(4);
    for (const [name, golden] of found) {
      assert.equal(golden.machineVersion, 4);
      const { rounds, given } = contextOf(golden);
      const again = resumed(golden, { ...SETTINGS, rounds, given });
      assert.equal(again.value, name === 'paused' ? 'train' : name);
      assertRemembers(again, golden);
      assert.deepEqual(again.context.retry, contextOf(golden).retry);
    }
    assert.equal(found.get('waiting') && contextOf(found.get('waiting') as Golden).retry?.dueMs, 1_800_000_030_000);
  });

  it('are kept as golden files, every value of the newest version', () => {
    const stored = machineGraph().states.filter(({ name, kind }) => kind !== 'choice' && isStored(name));
    const names = stored.map(({ name }) => name);
    assert.deepEqual([...goldens(MACHINE_VERSION).keys()].sort(), names.sort());
  });

  it('of versions that this program cannot go on with are refused', () => {
    for (const machineVersion of [1, 2, 5])
      assert.throws(
        () => restoredState({ machineVersion, state: {} }),
        new SelfpasteError(
          'DATA_OTHER_MACHINE',
          `Expected a run of machine version 3 to 4, got one of version ${machineVersion}`,
          'resume it with the version of selfpaste that started it',
        ),
      );
  });

  it('with more or fewer rounds than before end a finished run, or go on with it', () => {
    const finished = goldens(4).get('finished') as Golden;
    assert.equal(resumed(finished, { ...SETTINGS, rounds: 1 }).value, 'finished');
    assert.equal(resumed(finished, { ...SETTINGS, rounds: 2 }).value, 'label');
    assert.equal(resumed(finished, { ...SETTINGS, rounds: 2 }).context.round, 2);
  });

  it('of a round that is decided wait for no failure, though earlier versions remembered one', () => {
    const failure = { code: 'ENVIRONMENT_CHILD_DIED', message: 'The trainer process 1 ended', hint: 'go on' };
    const retry = { failures: 1, waitMs: 5000, dueMs: Date.now() + 86_400_000, failure };
    const context = { ...contextOf(goldens(4).get('finished') as Golden), retry, stage: 'decide' };
    for (const value of ['finished', 'waiting']) {
      const again = resumed({ machineVersion: 4, state: { value, context } }, { ...SETTINGS, rounds: 1 });
      assert.deepEqual([again.value, again.context.retry], ['finished', null], value);
    }
  });
});

function isStored(value: string): boolean {
  const { context } = resumed(goldens(4).get('import') as Golden);
  return stateOf({ value, context } as unknown as RunSnapshot) !== null;
}
