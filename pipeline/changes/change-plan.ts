import { type ResolvedConfig, type SettingChange, settingsChanged } from '../../config/index.ts';
import type { RunPoint } from '../../db/index.ts';
import { STAGES } from '../machine/machine.ts';
import { type Course, type Effect, effectOf, stagesOf } from './effects.ts';
import type { RunPlace } from './place.ts';

/** A change, what it invalidates, and the rounds that were made with the value before. */
export interface PlannedChange extends SettingChange {
  readonly effect: Effect;
  /** By index. */
  readonly madeBefore: readonly number[];
}

/** What all changes together take. */
export type Restart =
  /** The run goes on where it is. */
  | { readonly kind: 'none' }
  /** The stage at work starts anew. */
  | { readonly kind: 'stage'; readonly at: RunPoint }
  /** A fork goes on from an earlier point; the run itself cannot. */
  | { readonly kind: 'fork'; readonly at: RunPoint }
  /** A fork imports its data; what of the run is valid in it shows by their content. */
  | { readonly kind: 'import' };

/** Whether a run keeps its data as they were imported, or their files are read again, as they are now. */
export type WantedData = 'as-imported' | 'again';

/** What other settings, or data that are read again, mean to a run, before anything is done. */
export interface ChangePlan {
  readonly place: RunPlace;
  readonly changes: readonly PlannedChange[];
  /** Those of the run's name and folder: they stay. */
  readonly ignored: readonly SettingChange[];
  /** As it was asked for; where nothing was imported yet, the data are read anyway. */
  readonly data: WantedData;
  readonly restart: Restart;
}

/** A run's name and the folder that holds it do not follow its settings: they are where it is. */
const KEPT: ReadonlySet<string> = new Set(['name', 'runs']);

/** Pure: what the settings `after`, and data that are read again, mean to a run at a place that was under `before`. */
export function planChanges(before: ResolvedConfig, after: ResolvedConfig, place: RunPlace, data: WantedData = 'as-imported'): ChangePlan {
  const all = settingsChanged(before, after);
  const course = courseOf(after);
  const changes = all.filter(({ key }) => !KEPT.has(key)).map((change) => planned(change, place, course));
  const reading = data === 'again' ? [effectOf({ readBy: ['import'] }, place, course)] : [];
  const restart = restartOf([...changes.map(({ effect }) => effect), ...reading], place);
  return { place, changes, ignored: all.filter(({ key }) => KEPT.has(key)), data, restart };
}

const courseOf = ({ rounds, teacher, data }: ResolvedConfig): Course => ({
  rounds: data.unlabeled === null ? 0 : rounds,
  given: teacher.model !== null,
});

function planned(change: SettingChange, place: RunPlace, course: Course): PlannedChange {
  const effect = effectOf(change, place, course);
  return { ...change, effect, madeBefore: change.key === 'rounds' ? [] : madeBefore(change, effect, place, course) };
}

/** Rounds that keep what they made with the old value: those in front of the first stage that reads the new one. */
function madeBefore({ readBy }: SettingChange, effect: Effect, place: RunPlace, course: Course): readonly number[] {
  // How a given teacher is read goes back to round 0 where there is one, and is read by nobody where there is none.
  if (effect.kind === 'data' || readBy[0] === 'adopt') return [];
  const isOver = place.stage === 'decide' && effect.kind === 'nothing';
  const rounds = Array.from({ length: place.round + (isOver ? 1 : 0) }, (_, round) => round);
  return rounds.filter((round) => stagesOf(round, course).some((stage) => readBy.includes(stage)));
}

/** The earliest point that a change goes back to. */
function restartOf(effects: readonly Effect[], { round, stage }: RunPlace): Restart {
  if (effects.some(({ kind }) => kind === 'data')) return { kind: 'import' };
  const points = effects.flatMap((effect) => ('at' in effect ? [effect.at] : []));
  const [first] = points.toSorted(byOrder);
  if (first !== undefined) return { kind: 'fork', at: first };
  return effects.some(({ kind }) => kind === 'stage')
    ? { kind: 'stage', at: { round, stage: stage as RunPoint['stage'] } }
    : { kind: 'none' };
}

/** Of one round only one stage list is in question, whose order is that of the names in it. */
const byOrder = (a: RunPoint, b: RunPoint): number => a.round - b.round || STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage);
