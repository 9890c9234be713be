import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type ResolvedConfig, restoreConfig } from '../../config/index.ts';
import { expectation, SelfpasteError } from '../../core/index.ts';
import { beginFork, openDatabase, type RunDatabase, type RunFacts, type RunPoint, snapshotDatabase } from '../../db/index.ts';
import { handDown, withParent } from '../inheritance/parent-run.ts';
import { MACHINE_VERSION } from '../machine/machine.ts';
import { environmentError, runFolder } from '../run-folder.ts';
import { PROGRAM_VERSION } from '../version.ts';
import type { ChangePlan } from './change-plan.ts';
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
 * Makes a new run beside a run, with other settings and all of its rows and files that they leave valid; the run itself stays as it is.
 * The fork appears whole or not at all, and is gone on with as any run.
 * @param name of the new run, and of its folder
 * @param agreed what somebody saw of the change; null where it is made without a look
 * @throws SelfpasteError CONFIG_INVALID for a name that is none, USAGE_FORK_EXISTS, DATA_DAMAGED_MODEL, ENVIRONMENT_DISK_FULL,
 * ENVIRONMENT_NOT_WRITABLE, and as {@link owningChange}
 */
export function forkRun(path: string, wanted: Wanted, name: string, who: string, agreed: ChangePlan | null = null): Promise<Fork> {
  return owningChange(path, wanted, agreed, async (context) => {
    const config = forkConfig(context.after, path, name);
    const folder = config.runFolder;
    const unfinished = join(dirname(folder), `.${name}.forking`);
    if (existsSync(folder)) throw forkExists(folder);
    try {
      rmSync(unfinished, { recursive: true, force: true });
      mkdirSync(unfinished);
      await build(context, config, unfinished, who);
      renameSync(unfinished, folder);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      throw environmentError(error, folder);
    }
    return { folder, plan: context.plan };
  });
}

function forkConfig(after: ResolvedConfig, path: string, name: string): ResolvedConfig {
  const runs = dirname(resolve(path));
  const { hash } = after;
  return { ...restoreConfig(after, [`name=${JSON.stringify(name)}`]), runs, runFolder: join(runs, name), hash };
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
  await withParent(context, async (parent) => parent && handDown(parent, runFolder(dirname(database))));
  await snapshotDatabase(db, database);
  const fork = openDatabase(database, { mode: 'write' });
  try {
    beginFork(fork, at, factsOf(config));
    record(fork, context, who);
    const teacher = beginState(db, fork, config, at);
    if (teacher !== null) await shareBest(db, folder, teacher, dirname(database));
  } finally {
    fork.close();
  }
}

/** @returns the teacher with which the fork begins */
function beginState(db: RunDatabase, fork: RunDatabase, { promote: { metric } }: ResolvedConfig, at: RunPoint | null) {
  const saved = savedState(db);
  if (saved === null) return null;
  const state = at === null ? rescored(db, saved, metric) : stateAt(db, saved, metric, at);
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
  const forked = { kind: 'run-forked', from: folder.path, fromHash: before.hash, round, stage, who };
  fork.events.add({ atMs: Date.now(), round, kind: 'run-forked', data: forked });
  if (plan.changes.length === 0) return;
  fork.events.add({ atMs: Date.now(), round, kind: 'settings-changed', data: settingsEvent(plan, who) });
}

function forkExists(folder: string): SelfpasteError {
  return new SelfpasteError(
    'USAGE_FORK_EXISTS',
    expectation('--fork', 'the name of a run that is not there yet', folder),
    'choose another name, or go on with that run with `selfpaste resume`',
  );
}
