/**
 * Writes test/golden/machine/v3/*.json: each state that a run of machine version 3 stored, as it stood in the table `snapshots`: XState's
 * own persisted snapshot. By the machine of that version, from a build of the last commit that had it:
 *
 *   git worktree add /tmp/v3 a1e3ba4 && (cd /tmp/v3 && npm ci && npm run build)
 *   node test/golden/make/machine-v3.mjs /tmp/v3/dist
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { createActor, fromPromise } from 'xstate';

const build = resolve(process.argv[2]);
const { machine, MACHINE_VERSION } = await import(join(build, 'pipeline/machine.js'));
const folder = join(process.cwd(), 'test/golden/machine/v3');
mkdirSync(folder, { recursive: true });

/** What the stages of a run answer: round 0 makes model 1, each later round another; the last student is not better than its teacher. */
const models = (round) => round + 1;
const stages = {
  importData: fromPromise(async () => {}),
  adoptTeacher: fromPromise(async () => models(0)),
  labelImages: fromPromise(async () => {}),
  selectLabels: fromPromise(async () => {}),
  trainStudent: fromPromise(async ({ input }) => models(input.round)),
  evaluateStudent: fromPromise(async ({ input }) => [0.25, 0.5, 0.375][input.round]),
  promoteStudent: fromPromise(async ({ input }) => input.round === 0 || input.studentScore > input.teacherScore),
};

async function states(input) {
  const actor = createActor(machine.provide({ actors: stages }), { input });
  const seen = [];
  const ended = new Promise((done) => {
    actor.subscribe((snapshot) => {
      seen.push(JSON.parse(JSON.stringify(actor.getPersistedSnapshot())));
      if (snapshot.status !== 'active') done();
    });
  });
  actor.start();
  await ended;
  return seen;
}

const write = (name, state) =>
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ machineVersion: MACHINE_VERSION, state }, null, 2)}\n`);

for (const state of await states({ rounds: 2, given: false }))
  write(state.value === 'finished' ? 'finished' : `${state.value}-${state.context.round}`, state);
for (const state of await states({ rounds: 0, given: true })) write(`given-${state.value}`, state);
