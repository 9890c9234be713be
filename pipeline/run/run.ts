import { basename } from 'node:path';
import { type ResolvedConfig, restoreConfig } from '../../config/index.ts';
import { SelfpasteError } from '../../core/index.ts';
import { acquireRunLock, openDatabase, type RunDatabase, type RunLock, requireDatabase } from '../../db/index.ts';
import { commitPoint } from '../commit-points.ts';
import { acceptDrift } from '../labels/drift-brake.ts';
import { MACHINE_VERSION } from '../machine/machine.ts';
import { restoredState } from '../machine/machine-state.ts';
import { clearUnbegunRun, makeRunFolder, type RunFolder, removeUnfinishedFiles, runFolder } from '../run-folder.ts';
import type { Notifications } from '../telling/notifications.ts';
import { PROGRAM_VERSION } from '../version.ts';
import { openRequestBox } from './request-box.ts';
import type { RunControl } from './run-control.ts';
import { drive, type RunOutcome, type Until } from './run-driver.ts';
import { heard, type Listeners, type RunVoice } from './run-voice.ts';

export interface RunOptions extends Listeners {
  readonly until: Until;
  /** By which the run is paused, stopped, and told to go on. */
  readonly control: RunControl;
}

export interface ResumeOptions extends RunOptions {
  /** Whether to go on with labels that drifted further than the settings allow. */
  readonly acceptDrift: boolean;
}

/**
 * Starts a run in its folder. Throws DATA_DATABASE_EXISTS where a run has made something there already, ENVIRONMENT_RUN_OWNED,
 * ENVIRONMENT_NOT_WRITABLE, and what its stages throw.
 */
export async function startRun(config: ResolvedConfig, options: RunOptions): Promise<RunOutcome> {
  const folder = runFolder(config.runFolder);
  return owned(folder, config.name, options, async (lock, told, voice) => {
    clearUnbegunRun(folder);
    const db = openDatabase(folder.database, { mode: 'create' });
    try {
      db.guardWrites(() => lock.requireHeld());
      const { name, seed, hash } = config;
      db.runs.create({
        name,
        seed,
        config,
        configHash: hash,
        programVersion: PROGRAM_VERSION,
        machineVersion: MACHINE_VERSION,
        createdAtMs: Date.now(),
      });
      commitPoint('run-recorded');
      const started = { kind: 'run-started', folder: folder.path, facts: { seed, configHash: hash.slice(0, 12) } } as const;
      return await drive(db, config, { ...options, told, voice }, started, null);
    } finally {
      db.close();
    }
  });
}

/**
 * Goes on with the run in a folder where its last committed state left it, under the settings that its database has.
 * Throws USAGE_NO_DRIFT where drift is accepted that is not there.
 */
export async function resumeRun(path: string, options: ResumeOptions): Promise<RunOutcome> {
  const folder = runFolder(path);
  requireDatabase(folder.database);
  return owned(folder, basename(path), options, async (lock, told, voice) => {
    const db = openDatabase(folder.database, { mode: 'upgrade' });
    try {
      db.guardWrites(() => lock.requireHeld());
      const config = runConfigOf(db, path);
      if (options.acceptDrift) acceptDrift(db);
      const saved = db.snapshots.latest();
      const state = saved ? restoredState(saved) : null;
      const resumed = { kind: 'run-resumed', folder: path, facts: { state: state?.value ?? 'import' } } as const;
      return await drive(db, config, { ...options, told, voice }, resumed, state);
    } finally {
      db.close();
    }
  });
}

type OwnersWork = (lock: RunLock, told: Notifications, voice: RunVoice) => Promise<RunOutcome>;

/** Works as the one process that owns the run, takes what others ask of it, and tells who listens. */
function owned(folder: RunFolder, name: string, { control, emit, notify }: RunOptions, work: OwnersWork): Promise<RunOutcome> {
  return heard(folder.path, name, { emit, notify }, async (told, voice) => {
    makeRunFolder(folder.path);
    const lock = acquireRunLock(folder.path);
    try {
      commitPoint('run-owned');
      return await attended(folder, control, () => work(lock, told, voice));
    } finally {
      lock.release();
    }
  });
}

async function attended(folder: RunFolder, control: RunControl, work: () => Promise<RunOutcome>): Promise<RunOutcome> {
  removeUnfinishedFiles(folder);
  const requests = openRequestBox(folder.path, control);
  try {
    return await work();
  } finally {
    requests.close();
    tidyUp(folder);
  }
}

/** A child that was killed may have left a file while this process lived on. Where that cannot be removed, the next start does it. */
function tidyUp(folder: RunFolder): void {
  try {
    removeUnfinishedFiles(folder);
  } catch {
    // What the run ended with is the error to tell of.
  }
}

/**
 * The configuration that a run was started with, at the folder where it is now.
 * @param overrides other values of settings, as `key=value`
 * @throws SelfpasteError DATA_NO_RUN for a run that died before it began
 */
export function runConfigOf(db: RunDatabase, folder: string, overrides: readonly string[] = []): ResolvedConfig {
  const facts = db.runs.facts();
  if (facts === undefined)
    throw new SelfpasteError(
      'DATA_NO_RUN',
      `Expected a run in ${folder}, but it ended before anything was written`,
      'remove the folder and start again with `selfpaste run`',
    );
  return restoreConfig({ ...(facts.config as ResolvedConfig), runFolder: folder }, overrides);
}
