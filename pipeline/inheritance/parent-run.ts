import { existsSync, rmSync } from 'node:fs';
import type { ResolvedConfig } from '../../config/index.ts';
import { openDatabase, type RunDatabase, type RunFacts, snapshotDatabase } from '../../db/index.ts';
import { settingsOfRound } from '../changes/past-settings.ts';
import { type RunFolder, runFolder } from '../run-folder.ts';
import type { StageContext } from '../stages/stage.ts';
import { shareFiles } from './share-files.ts';

/** The run that a fork with other data comes from, as it was then. What it knows by content is not made again. */
export interface ParentRun {
  readonly name: string;
  readonly db: RunDatabase;
  readonly folder: RunFolder;
  /** The settings that a round of it was made with. */
  readonly settingsOf: (round: number) => ResolvedConfig;
}

/** A run as the parent of others. */
export function parentOf(db: RunDatabase, folder: RunFolder): ParentRun {
  const { name, config } = db.runs.facts() as RunFacts;
  return { name, db, folder, settingsOf: (round) => settingsOfRound(db, config as ResolvedConfig, round) };
}

/**
 * Gives a fork in the folder `to` all that can be valid in it by content, to be read while its stages work: a copy of the run's database
 * and the files of its rounds. Nothing of it depends on the run any more, which may move or go.
 * @throws SelfpasteError DATA_DAMAGED_MODEL, ENVIRONMENT_DISK_FULL
 */
export async function handDown(run: { readonly db: RunDatabase; readonly folder: RunFolder }, to: RunFolder): Promise<void> {
  await shareFiles(run, ({ role }) => LASTING.has(role), to.parent);
  await snapshotDatabase(run.db, runFolder(to.parent).database);
}

/** What a training leaves for good. */
const LASTING: ReadonlySet<string> = new Set(['student', 'step-student', 'initial', 'chart']);

/** Works with the parent of a run, or with null where it has none, or none any more. */
export async function withParent<Result>(
  { folder }: Pick<StageContext, 'folder'>,
  work: (parent: ParentRun | null) => Promise<Result>,
): Promise<Result> {
  const parent = runFolder(folder.parent);
  if (!existsSync(parent.database)) return work(null);
  // The run may be gone on with by a newer version than the one that forked it.
  const db = openDatabase(parent.database, { mode: 'upgrade' });
  try {
    return await work(parentOf(db, parent));
  } finally {
    db.close();
  }
}

/** Lets go of a parent that has nothing more to give. Its database goes first: without that there is none. */
export function forgetParent({ folder }: Pick<StageContext, 'folder'>): void {
  rmSync(runFolder(folder.parent).database, { force: true });
  rmSync(folder.parent, { recursive: true, force: true });
}
