import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isRunName, type ResolvedConfig, restoreConfig } from '../../config/index.ts';
import { expectation, SelfpasteError } from '../../core/index.ts';
import { beginFork, openDatabase, type RunDatabase, type RunFacts, type RunPoint, snapshotDatabase } from '../../db/index.ts';
import { handDown, handDownParent } from '../inheritance/parent-run.ts';
import { MACHINE_VERSION } from '../machine/machine.ts';
import { environmentError, runFolder } from '../run-folder.ts';
import { PROGRAM_VERSION } from '../version.ts';
import type { ChangePlan, WantedData } from './change-plan.ts';
import { rescored, stateAt } from './context.ts';
import { shareBest, shareRounds } from './fork-files.ts';
import { type ChangeContext, owningChange, type Wanted } from './owned-run.ts';
import { settingsEvent } from './past-settings.ts';
import { savedState } from './place.ts';

/** A run that began as the copy of another one. */
export interface Fork {
  readonly folder: string;
  readonly plan: ChangePlan;
}

/**
 * Makes a new run beside a run, with other settings or data, and all of its rows and files that they leave valid; the run itself stays as it is.
 * The fork appears whole or not at all, and is gone on with as any run.
 * @param name of the new run, and of its folder
 * @param agreed what somebody saw of the change; null where it is made without a look
 * @throws SelfpasteError DATA_DAMAGED_MODEL, ENVIRONMENT_DISK_FULL, ENVIRONMENT_NOT_WRITABLE, as {@link forkFolder} and {@link owningChange}
 */
export function forkRun(path: string, wanted: Wanted, name: string, who: string, agreed: ChangePlan | null = null): Promise<Fork> {
  return owningChange(path, wanted, agreed, async (context) => {
    const folder = forkFolder(path, name);
    const config = { ...restoreConfig(context.after, [`name=${JSON.stringify(name)}`]), runs: dirname(folder), runFolder: folder };
    const unfinished = join(dirname(folder), `.${name}.forking`);
    try {
      rmSync(unfinished, { recursive: true, force: true });
      mkdirSync(unfinished);
      await build(context, { ...config, hash: context.after.hash }, unfinished, who);
      renameSync(unfinished, folder);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      throw environmentError(error, folder);
    }
    return { folder, plan: context.plan };
  });
}

/**
 * Where a fork of a run will be: beside it.
 * @throws SelfpasteError USAGE_FORK_NAME for a name that is none, USAGE_FORK_EXISTS
 */
export function forkFolder(path: string, name: string): string {
  if (!isRunName(name)) throw badName(name);
  const folder = join(dirname(resolve(path)), name);
  if (existsSync(folder)) throw forkExists(folder);
  return folder;
}

async function build(context: ChangeContext, config: ResolvedConfig, unfinished: string, who: string): Promise<void> {
  const { plan } = context;
  // Under its own name it would be taken for a run before it is one.
  const database = join(unfinished, 'forking.db');
  if (plan.restart.kind === 'import') await beginAnew(context, config, database, who);
  else await beginCopy(context, config, database, who);
  renameSync(database, runFolder(unfinished).database);
}

/** With other data the fork begins with their import. What is the same by content it takes over from this run, as it is now, stage by stage. */
async function beginAnew(context: ChangeContext, config: ResolvedConfig, database: string, who: string): Promise<void> {
  await handDown(context, runFolder(dirname(database)));
  const fork = openDatabase(database, { mode: 'create' });
  try {
    fork.runs.create(factsOf(config));
    record(fork, context, who);
  } finally {
    fork.close();
  }
}

async function beginCopy(context: ChangeContext, config: ResolvedConfig, database: string, who: string): Promise<void> {
  const { db, folder, plan } = context;
  const at = 'at' in plan.restart ? plan.restart.at : null;
  await shareRounds(context, at, dirname(database));
  await handDownParent(context, runFolder(dirname(database)));
  await snapshotDatabase(db, database);
  const fork = openDatabase(database, { mode: 'write' });
  try {
    beginFork(fork, at, factsOf(config));
    record(fork, context, who);
    const teacher = beginState(context, fork, at);
    if (teacher !== null) await shareBest(db, folder, teacher, dirname(database));
  } finally {
    fork.close();
  }
}

/** @returns the teacher with which the fork begins */
function beginState(context: ChangeContext, fork: RunDatabase, at: RunPoint | null) {
  const saved = savedState(context.db);
  if (saved === null) return null;
  const state = at === null ? rescored(context, saved) : stateAt(context, saved, at);
  fork.snapshots.add({ atMs: Date.now(), machineVersion: MACHINE_VERSION, state });
  return state.context.teacher;
}

const factsOf = (config: ResolvedConfig): RunFacts => ({
  name: config.name,
  seed: config.seed,
  config,
  configHash: config.hash,
  programVersion: PROGRAM_VERSION,
  machineVersion: MACHINE_VERSION,
  createdAtMs: Date.now(),
});

/** The diary of the fork begins with where it comes from. */
function record(fork: RunDatabase, { before, folder, plan }: ChangeContext, who: string): void {
  const { round, stage } = 'at' in plan.restart ? plan.restart.at : plan.place;
  const data: WantedData = plan.restart.kind === 'import' ? 'again' : 'as-imported';
  const forked = { kind: 'run-forked', from: folder.path, fromHash: before.hash, round, stage, data, who };
  fork.events.add({ atMs: Date.now(), round, kind: 'run-forked', data: forked });
  if (plan.changes.length === 0) return;
  fork.events.add({ atMs: Date.now(), round, kind: 'settings-changed', data: settingsEvent(plan, who) });
}

function badName(name: string): SelfpasteError {
  return new SelfpasteError(
    'USAGE_FORK_NAME',
    expectation('--fork', 'a name of letters, digits, dot, dash and underscore', name),
    'give the name alone, as `--fork stricter`: the new run lies beside the one that it comes from',
  );
}

function forkExists(folder: string): SelfpasteError {
  return new SelfpasteError(
    'USAGE_FORK_EXISTS',
    expectation('--fork', 'the name of a run that is not there yet', folder),
    'choose another name, or go on with that run with `selfpaste resume`',
  );
}
