import { realpath } from 'node:fs/promises';
import type { ResolvedConfig } from '../../config/index.ts';
import { SelfpasteError } from '../../core/index.ts';
import { type ImageProbe, probeImage } from '../../dataset/index.ts';
import { type QuarantinedFile, type RunDatabase, readRunOwner } from '../../db/index.ts';
import { takeOverWordsOnPicture } from '../inheritance/inherited-words.ts';
import type { ParentRun } from '../inheritance/parent-run.ts';
import { runConfigOf } from '../run/run.ts';
import { type CurrentState, runState } from '../telling/run-state.ts';

/** Whether what was set aside can be tried again, and when that happens. */
export type Retrying =
  | { readonly possible: true; readonly round: number; readonly when: string }
  | { readonly possible: false; readonly why: string };

/** What a run goes on without, and what of it can be tried again. */
export interface RetryChances {
  /** Unlabeled files that could not be read when the data set was. */
  readonly files: Retrying;
  /** Pictures that could not be labeled in the round that is under way. */
  readonly pictures: Retrying;
}

/** What a run that is where it is can make of another try. */
export function retryChances(db: RunDatabase, folder: string): RetryChances {
  const written = { snapshot: db.snapshots.latest(), rounds: [], events: [] };
  const state = runState(written, readRunOwner(folder) ?? null, Date.now());
  const { rounds, data } = runConfigOf(db, folder);
  const last = data.unlabeled === null ? 0 : rounds;
  return { files: chanceOfFiles(state, last), pictures: chanceOfPictures(state, last) };
}

const FINISHED: Retrying = { possible: false, why: 'the run is finished, and labels no more' };

/** They become pictures at once: the next labeling looks for all that has no labels yet. */
function chanceOfFiles(state: CurrentState, lastRound: number): Retrying {
  if (state.kind === 'finished') return FINISHED;
  const { round, stage } = state;
  if (stage === 'import') return { possible: false, why: 'the run has not read its data set to the end' };
  if (stage === 'label') return { possible: true, round, when: `in round ${round}` };
  if (round < lastRound) return { possible: true, round: round + 1, when: `in round ${round + 1}` };
  return { possible: false, why: `round ${round} is the last, and past its labeling` };
}

/** Every labeling begins anew, so that only in the midst of one there is something to ask for. */
function chanceOfPictures(state: CurrentState, lastRound: number): Retrying {
  if (state.kind === 'finished') return FINISHED;
  const { kind, round, stage } = state;
  if (stage === 'label') return { possible: true, round, when: kind === 'running' ? 'before this labeling ends' : 'when the run goes on' };
  if (round < lastRound) return { possible: false, why: `round ${round + 1} labels every picture anew, these too; this one is past that` };
  return { possible: false, why: `round ${round} is the last, and past its labeling` };
}

/**
 * Makes the pictures pending again that could not be labeled in a round.
 * @returns how many
 * @throws SelfpasteError USAGE_NO_RETRY where the run is not labeling that round
 */
export function retryPictures(db: RunDatabase, folder: string, round: number, who: string): number {
  return db.transaction(() => {
    const chance = retryChances(db, folder).pictures;
    if (!chance.possible) throw noRetry('pictures', chance.why);
    if (chance.round !== round) throw noRetry('pictures', `the run is in round ${chance.round}`);
    const pictures = db.labeling.retryFailed(round);
    if (pictures > 0) note(db, round, `${counted(pictures, 'picture')} that could not be labeled: tried again, says ${who}`);
    return pictures;
  });
}

/** A file that was looked at again. */
export interface ProbedFile {
  readonly file: QuarantinedFile;
  readonly probe: ImageProbe;
}

/**
 * Files that can be tried again in the same run: unlabeled ones that could not be read. Labeled and validation pictures stay what students
 * of all rounds are compared by; what has the content of another file, or is no entry of the data set, is not mended by reading it again.
 */
export const retriableFiles = (db: RunDatabase): readonly QuarantinedFile[] =>
  db.quarantine.all().filter(({ subset, reason, path, fileName }) => {
    const isNoEntry = path.endsWith(`#${fileName}`);
    return subset === 'unlabeled' && reason !== 'duplicate' && !isNoEntry;
  });

/** Looks at files again, as the import did. Writes nothing. */
export async function probeFiles(files: readonly QuarantinedFile[], { data }: ResolvedConfig): Promise<readonly ProbedFile[]> {
  const probed: ProbedFile[] = [];
  for (const file of files) probed.push({ file, probe: await probeAgain(file, data.maxPixels) });
  return probed;
}

/** The import kept real paths: a link that lies there now may lead out of the data set. */
async function probeAgain({ path }: QuarantinedFile, maxPixels: number): Promise<ImageProbe> {
  const real = await realpath(path).catch(() => path);
  if (real === path) return await probeImage(path, 'header', maxPixels);
  return { ok: false, problem: { reason: 'file-outside-root', detail: `${JSON.stringify(path)} is a link now` } };
}

/** What became of files that were tried again. */
export interface RetriedFiles {
  /** Those that are pictures of the run now. */
  readonly used: number;
  /** Those that cannot be used for what they were set aside, or for something else. */
  readonly leftOut: number;
}

/**
 * Takes files that can be used now into the run, and writes of the others what is wrong with them now.
 * @param parents of the run, whose people's words on these pictures come with them
 * @throws SelfpasteError USAGE_NO_RETRY where no labeling comes any more
 */
export function recordFiles(
  db: RunDatabase,
  folder: string,
  probed: readonly ProbedFile[],
  who: string,
  parents: readonly ParentRun[],
): RetriedFiles {
  return db.transaction(() => {
    const chance = retryChances(db, folder).files;
    if (!chance.possible) throw noRetry('files', chance.why);
    const used = probed.filter((one) => recordFile(db, one, parents)).length;
    if (used > 0)
      note(db, chance.round, `${counted(used, 'file')} left out at import can be read now, and labeled: tried again, says ${who}`);
    return { used, leftOut: probed.length - used };
  });
}

/** @returns whether it is a picture of the run now */
function recordFile(db: RunDatabase, { file, probe }: ProbedFile, parents: readonly ParentRun[]): boolean {
  const { subset, path, fileName } = file;
  const setAside = (reason: string, detail: string) => db.quarantine.add({ ...file, reason, detail, atMs: Date.now() });
  if (!probe.ok) {
    setAside(probe.problem.reason, probe.problem.detail);
    return false;
  }
  const { sha256, size, orientation } = probe.facts;
  const added = db.images.add({ sha256, path, fileName, size, orientation, subset, sourceId: null });
  if (added.status === 'added') takeOverWordsOnPicture(db, parents, { id: added.id, sha256, size });
  if (added.status === 'duplicate') setAside('duplicate', `has the same content as ${added.of.fileName} (${added.of.subset})`);
  else db.quarantine.release(subset, path);
  return added.status !== 'duplicate';
}

/** For the diary, also where no process owns the run. */
function note(db: RunDatabase, round: number, text: string): void {
  db.events.add({ atMs: Date.now(), round, kind: 'note', data: { kind: 'note', round, level: 'info', text } });
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function noRetry(what: string, why: string): SelfpasteError {
  return new SelfpasteError(
    'USAGE_NO_RETRY',
    `Expected ${what} that can be tried again now, but ${why}`,
    'mend them, and begin another run with `selfpaste run`; a run that has rounds left tries pictures again in each',
  );
}
