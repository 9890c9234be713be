/**
 * Writes test/golden/machine/v4/*.json: each state that a run of machine version 4 stores, as it stands in the table `snapshots`. Made
 * once, when that version was new; later versions only read them.
 *
 *   npm run build && node test/golden/make/machine-v4.mjs [BUILD]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const build = join(process.cwd(), process.argv[2] ?? 'dist');
const { firstContext, MACHINE_VERSION } = await import(join(build, 'pipeline/machine/machine.js'));
const { stateOf } = await import(join(build, 'pipeline/machine/machine-state.js'));
const { done, failed, interruption, next, start } = await import(join(build, 'pipeline/machine/test-machine.js'));
const { SelfpasteError } = await import(join(build, 'core/index.js'));
const folder = join(process.cwd(), 'test/golden/machine/v4');
mkdirSync(folder, { recursive: true });

const write = (name, snapshot) =>
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ machineVersion: MACHINE_VERSION, state: stateOf(snapshot) }, null, 2)}\n`);
/** Events one after the other, each state written under its name. */
const walk = (snapshot, ...events) =>
  events.reduce((now, [name, event]) => {
    const after = next(now, event);
    write(name, after);
    return after;
  }, snapshot);

const settings = { waits: [30, 120, 600] };
const beginning = start(firstContext({ ...settings, rounds: 1, given: false }));
write('import', beginning);
const train = walk(
  beginning,
  ['train', done('import')],
  ['evaluate', done('train', 1)],
  ['promote', done('evaluate', 0.25)],
  ['label', done('promote', true)],
  ['select', done('label')],
  ['train', done('select')],
);
walk(train, ['evaluate', done('train', 2)], ['promote', done('evaluate', 0.5)], ['finished', done('promote', true)]);

const died = new SelfpasteError('ENVIRONMENT_CHILD_DIED', 'The trainer process 7 ended unexpectedly (SIGKILL)', 'check the free memory');
delete died.stack;
Date.now = () => 1_800_000_000_000;
walk(train, ['waiting', failed('train', died)]);
walk(next(train, { type: 'pause' }), ['paused', failed('train', interruption)]);
walk(start(firstContext({ ...settings, rounds: 0, given: true })), ['adopt', done('import')]);
