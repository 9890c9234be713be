import type { ResolvedConfig } from '../config/index.ts';
import { type AttemptsSeen, attemptsAfter, lastStep, type RunDatabase, readRunOwner, runStatus, type SnapshotRow } from '../db/index.ts';
import { type CurrentState, Pace, restoredState, runState, type StageProgress } from '../pipeline/index.ts';
import type { LiveState } from './contract/run.ts';
import type { Site } from './site.ts';

/** How often whoever watches a run is told what is new. */
export const LOOK_MS = 1000;
/** What the machine said last is among them. */
const LAST_EVENTS = 20;
const NOTHING_SEEN: AttemptsSeen = { attempts: 0, last: null };

/**
 * Looks at a run for all who watch it: once a second however many they are, and never while nobody does. A look reads a few rows by their
 * keys, whatever the run has labeled and trained so far.
 */
export class LiveRun {
  readonly #site: Site;
  readonly #pace = new Pace();
  #last: LiveState | null = null;
  /** Pictures that were tried in the round that is labeled, and how many there are. */
  #labeling = { where: '', seen: NOTHING_SEEN, pictures: 0 };

  constructor(site: Site) {
    this.#site = site;
  }

  /** Throws what opening the run's database does. */
  look(): LiveState {
    const atMs = Date.now();
    // The clock may be set back.
    const age = Math.abs(atMs - (this.#last?.atMs ?? 0));
    if (this.#last === null || age >= LOOK_MS * 0.9) this.#last = this.#site.read((db) => this.#stateOf(db, atMs));
    return this.#last;
  }

  #stateOf(db: RunDatabase, atMs: number): LiveState {
    const owner = readRunOwner(this.#site.folder.path) ?? null;
    const snapshot = db.snapshots.latest();
    const events = db.events.latest(LAST_EVENTS);
    const state = runState({ snapshot, events, rounds: isUnderstood(snapshot) ? [] : runStatus(db).rounds }, owner, atMs);
    const progress = this.#progress(db, state);
    if (progress !== null && state.kind === 'running') this.#pace.observe(placeOf(state), progress.done, atMs);
    return {
      atMs,
      name: db.runs.facts()?.name ?? '',
      state,
      lit: litState(
        state,
        events.map(({ kind }) => kind),
      ),
      sinceMs: snapshot?.atMs ?? atMs,
      progress: progress && { ...progress, leftMs: state.kind === 'running' ? this.#pace.leftMs(progress.total) : null },
      owner: owner?.state === 'dead' ? null : owner,
    };
  }

  #progress(db: RunDatabase, state: CurrentState): StageProgress | null {
    if (state.kind === 'finished') return null;
    if (state.stage === 'label') return this.#labelingProgress(db, state.round, placeOf(state));
    const run = state.stage === 'train' ? db.runs.facts() : undefined;
    if (run === undefined) return null;
    return { done: lastStep(db, state.round, ['loss']), total: (run.config as ResolvedConfig).train.steps, unit: 'steps' };
  }

  #labelingProgress(db: RunDatabase, round: number, where: string): StageProgress {
    const before = this.#labeling;
    // A run that paused or was gone may have been told to try failed pictures again.
    const known = where === before.where ? before : { where, seen: NOTHING_SEEN, pictures: db.images.count().unlabeled };
    this.#labeling = { ...known, seen: attemptsAfter(db, round, known.seen) };
    return { done: this.#labeling.seen.attempts, total: known.pictures, unit: 'pictures' };
  }
}

const placeOf = (state: Exclude<CurrentState, { readonly kind: 'finished' }>): string => `${state.kind} ${state.round} ${state.stage}`;

/** Another version's machine may have written it. */
function isUnderstood(snapshot: SnapshotRow | undefined): boolean {
  try {
    return snapshot !== undefined && restoredState(snapshot) !== null;
  } catch {
    return false;
  }
}

const BEGINNINGS: readonly string[] = ['run-started', 'run-resumed', 'stage-started'];
const ENDINGS: ReadonlyMap<string, string> = new Map([
  ['run-stopped', 'stopped'],
  ['run-failed', 'failed'],
]);

/** The machine's state, with the ends that are not remembered as where to go on. @param kinds of the last events, newest first */
export function litState(state: CurrentState, kinds: readonly string[]): string | null {
  if (state.kind === 'running') return state.stage;
  if (state.kind !== 'interrupted') return state.kind;
  const last = kinds.find((kind) => ENDINGS.has(kind) || BEGINNINGS.includes(kind));
  return ENDINGS.get(last ?? '') ?? null;
}
