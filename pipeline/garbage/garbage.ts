import type { RunDatabase } from '../../db/index.ts';
import type { RunFile } from './run-file.ts';

/** A file that the run can do without, and why. */
export interface Garbage extends RunFile {
  readonly why: string;
}

/** How much may go: what only resuming could have needed, and does not; or also what is kept for people to look at. */
export type GarbageScope = 'unneeded' | 'all';

/** What decides whether a file is needed. */
export interface NeedFacts {
  /** Rounds that ended: the machine never enters them again. */
  readonly finished: ReadonlySet<number>;
  /** Checkpoints that the database knows, relative to the run's folder. */
  readonly checkpoints: ReadonlySet<string>;
}

export function needFacts(db: RunDatabase): NeedFacts {
  const rounds = db.rounds.all();
  return {
    finished: new Set(rounds.filter(({ outcome }) => outcome.state === 'finished').map(({ index }) => index)),
    checkpoints: new Set(rounds.flatMap(({ index }) => db.checkpoints.ofRound(index).map(({ path }) => path))),
  };
}

/**
 * The files that it takes neither to go on, nor to draw a training picture again, nor to use a model. Files that no run writes are none of
 * them, whatever the scope, and neither is a damaged database: it may hold words of people that no other file has.
 */
export function garbageOf(facts: NeedFacts, files: readonly RunFile[], scope: GarbageScope): Garbage[] {
  return files.flatMap((file) => {
    const why = whyUnneeded(facts, file) ?? (scope === 'all' ? whyForPeople(facts, file) : null);
    return why === null ? [] : [{ ...file, why }];
  });
}

/** Null for what may be needed. */
function whyUnneeded({ finished, checkpoints }: NeedFacts, { path, role, round }: RunFile): string | null {
  const ended = round !== null && finished.has(round);
  if (role === 'unfinished') return 'half-written by a process that died';
  if (role === 'checkpoint' && ended) return 'its round is finished: a resumed run trains later ones';
  if (role === 'checkpoint' && !checkpoints.has(path)) return 'the database does not know it: the run died before it was recorded';
  if ((role === 'interim' || role === 'step-student') && ended) return 'its round is finished and has its student';
  return null;
}

/** Null for what --all leaves, too. */
function whyForPeople({ finished }: NeedFacts, { role, round }: RunFile): string | null {
  if (role === 'failed-batch' && round !== null && finished.has(round)) return 'its round is finished: kept to find out what went wrong';
  if (role === 'parent') return 'the run that this one was forked from: kept to take over what both know';
  if (role === 'backup') return 'the database of an older version: kept to go back to';
  if (role === 'old-log') return 'an older part of the log';
  return null;
}
