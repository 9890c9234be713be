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
 * and the files of its rounds, and those of the run's own parent, where it has not taken over all of them yet. Nothing of it depends on the
 * run any more, which may move or go.
 * @throws SelfpasteError DATA_DAMAGED_MODEL, ENVIRONMENT_DISK_FULL
 */
export async function handDown(run: { readonly db: RunDatabase; readonly folder: RunFolder }, to: RunFolder): Promise<void> {
  const parent = runFolder(to.parent);
  await shareFiles(run, ({ role }) => LASTING.has(role), parent.path);
  await snapshotDatabase(run.db, parent.database);
  await handDownParent(run, parent);
}

/** Gives a fork what the run's own parent still has to give; nothing where there is none. Throws as {@link handDown}. */
export function handDownParent(run: { readonly folder: RunFolder }, to: RunFolder): Promise<void> {
  return withParent(run, async (parent) => {
    if (parent !== null) await handDown(parent, to);
  });
}

/** What a training leaves for good. */
const LASTING: ReadonlySet<string> = new Set(['student', 'step-student', 'initial', 'chart']);

/** Works with all that may still know something of what a run is to make: its parent, that one's parent and so on; often with none. */
export function withParents<Result>(
  run: Pick<StageContext, 'folder'>,
  work: (nearestFirst: readonly ParentRun[]) => Promise<Result>,
): Promise<Result> {
  return withParent(run, (parent) => (parent === null ? work([]) : withParents(parent, (further) => work([parent, ...further]))));
}

/** Works with the parent of a run, or with null where it has none, or none any more. */
async function withParent<Result>(
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

/** Lets go of parents that have nothing more to give. Its database goes first: without that there is none. */
export function forgetParent({ folder }: Pick<StageContext, 'folder'>): void {
  rmSync(runFolder(folder.parent).database, { force: true });
  rmSync(folder.parent, { recursive: true, force: true });
}
