import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SelfpasteError } from '../../core/index.ts';
import { type RunFacts, rewindRun } from '../../db/index.ts';
import { MACHINE_VERSION } from '../machine/machine.ts';
import type { RunFolder } from '../run-folder.ts';
import type { ChangePlan, Restart } from './change-plan.ts';
import { rescored, stateAt } from './context.ts';
import { type ChangeContext, owningChange, type Wanted } from './owned-run.ts';
import { settingsEvent } from './past-settings.ts';
import { savedState } from './place.ts';

/**
 * Gives a run other settings where it is. The stage at work starts anew where it read an old value; what was made before stays.
 * @param who said so; for the diary
 * @param agreed what that person saw of the change; null where it was made without a look
 * @throws SelfpasteError USAGE_SETTINGS_NEED_FORK where a change would reach what never changes in a run, and as {@link owningChange}
 */
export function changeSettings(path: string, wanted: Wanted, who: string, agreed: ChangePlan | null = null): Promise<ChangePlan> {
  return owningChange(path, wanted, agreed, (context) => {
    const { plan, folder } = context;
    if (plan.restart.kind === 'fork' || plan.restart.kind === 'import') throw needsFork(plan);
    if (plan.changes.length > 0) change(context, plan.restart, who);
    if (plan.restart.kind === 'stage' && plan.restart.at.stage === 'train') removeTraining(folder, plan.restart.at.round);
    return plan;
  });
}

function change(context: ChangeContext, restart: Extract<Restart, { kind: 'none' | 'stage' }>, who: string): void {
  const { db, folder, after, plan } = context;
  const facts = db.runs.facts() as RunFacts;
  const atMs = Date.now();
  // Made once and kept, so it goes before its rows: whatever happens in between, it is made again under the settings that hold then.
  if (restart.kind === 'stage' && restart.at.stage === 'train') rmSync(folder.initialStudent(restart.at.round), { force: true });
  db.transaction(() => {
    const saved = savedState(db);
    const state = saved && (restart.kind === 'stage' ? stateAt(context, saved, restart.at) : rescored(context, saved));
    if (restart.kind === 'stage') rewindRun(db, restart.at);
    db.runs.replace({ ...facts, seed: after.seed, config: after, configHash: after.hash });
    db.events.add({ atMs, round: plan.place.round, kind: 'settings-changed', data: settingsEvent(plan, who) });
    if (state !== null) db.snapshots.add({ atMs, machineVersion: MACHINE_VERSION, state });
  });
}

/** What no row names any more. A training that begins anew does not look at it. */
function removeTraining(folder: RunFolder, round: number): void {
  const students = (existsSync(folder.models) ? readdirSync(folder.models) : []).filter((name) => name.startsWith(`round-${round}-`));
  for (const path of [folder.checkpoints(round), folder.trainingSet(round), ...students.map((name) => join(folder.models, name))])
    rmSync(path, { recursive: true, force: true });
}

function needsFork({ changes, data, restart }: ChangePlan): SelfpasteError {
  const keys = changes.flatMap(({ key, effect }) => (effect.kind === 'nothing' || effect.kind === 'stage' ? [] : [key])).join(', ');
  const asked = [...(keys === '' ? [] : [`another ${keys}`]), ...(data === 'again' ? ['data that are read again'] : [])].join(' and ');
  const made = 'at' in restart ? `${restart.at.stage} of round ${restart.at.round}` : 'the import of the data';
  return new SelfpasteError(
    'USAGE_SETTINGS_NEED_FORK',
    `Expected settings and data with which the run can go on, got ${asked}: ${made} is done, and stays as it is`,
    'go on in a new run with `--fork NAME`, which shares what is still valid, or leave that as it was',
  );
}
