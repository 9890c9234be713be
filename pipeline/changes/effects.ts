import { READERS, type Reader, type SettingChange } from '../../config/index.ts';
import type { RunPoint } from '../../db/index.ts';
import type { RunPlace } from './place.ts';

/** What another value of a setting invalidates. */
export type Effect =
  /** Its stages are still to come, or it has none. */
  | { readonly kind: 'nothing' }
  /** The stage at work starts anew. */
  | { readonly kind: 'stage' }
  /** A stage of this round whose rows stay as they are in this run: only a fork can do it again. */
  | { readonly kind: 'round'; readonly at: RunPoint }
  /** All rounds: the first teacher would be another one. */
  | { readonly kind: 'rounds'; readonly at: RunPoint }
  /** The data, and all that was made of it. */
  | { readonly kind: 'data' };

/** What of the new settings decides which stages there are. */
export interface Course {
  /** Self-training rounds after round 0. */
  readonly rounds: number;
  /** Whether a teacher is given. */
  readonly given: boolean;
}

const NOTHING: Effect = { kind: 'nothing' };
const order = (stage: Reader): number => READERS.indexOf(stage);

/**
 * What a change means to a run at a place. Pure; the stages in front of the first that reads the setting stay as they are. What is read where
 * the first teacher is taken goes for all that comes of that teacher, so it is never invalid for one round alone.
 */
export function effectOf({ readBy }: Pick<SettingChange, 'readBy'>, place: RunPlace, course: Course): Effect {
  const [earliest] = readBy;
  if (earliest === undefined) return NOTHING;
  if (earliest === 'import') return place.stage === 'import' && place.progress === 'none' ? NOTHING : { kind: 'data' };
  if (place.stage === 'import') return NOTHING;
  if (earliest === 'adopt') return ofFirstTeacher(readBy, place, course);
  const first = stagesOf(place.round, course).find((stage) => readBy.includes(stage));
  if (first === undefined) return NOTHING;
  if (isBehind(first, place, course)) return { kind: 'round', at: { round: place.round, stage: first as RunPoint['stage'] } };
  return atOrAhead(first, place);
}

/** What other stages read too says how a given teacher is read; what none of them reads is the teacher itself, or that there is none. */
function ofFirstTeacher(readBy: readonly Reader[], place: RunPlace, { given }: Course): Effect {
  if (given) return place.stage === 'adopt' ? atOrAhead('adopt', place) : { kind: 'rounds', at: { round: 0, stage: 'adopt' } };
  return readBy.every((stage) => stage === 'adopt') ? { kind: 'rounds', at: { round: 0, stage: 'train' } } : NOTHING;
}

/** Round 0 adopts a teacher or trains one; only later ones label. */
export function stagesOf(round: number, { given }: Course): readonly Reader[] {
  const makes: readonly Reader[] = round > 0 ? ['label', 'select', 'train'] : given ? ['import', 'adopt'] : ['import', 'train'];
  return [...makes, 'evaluate', 'promote', 'decide'];
}

/** Behind the end of a round its stages are the next round's, where one follows. */
function isBehind(stage: Reader, place: RunPlace, { rounds }: Course): boolean {
  if (place.stage === 'decide') return stage !== 'decide' && !(place.promoted && place.round < rounds);
  return order(stage) < order(place.stage) || (stage === place.stage && place.progress === 'fixed');
}

const atOrAhead = (stage: Reader, place: RunPlace): Effect =>
  stage === place.stage && place.progress === 'some' ? { kind: 'stage' } : NOTHING;
