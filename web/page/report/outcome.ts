import type { Report, ReportedModel } from '../../contract/report.ts';

type Outcome = Pick<Report, 'state' | 'rounds' | 'metric'>;

export const METRIC_WORDS: Readonly<Record<Report['metric'], string>> = { maskAp: 'mask AP', maskAp50: 'mask AP50', boxAp: 'box AP' };

/** What came of a run, or did so far, in one sentence. */
export function outcomeSentence({ state, rounds, metric }: Outcome): string {
  if (rounds.length === 0) return 'The run has not begun: no round has started.';
  return `${stateWords(state, rounds.at(-1)?.index ?? 0)}: ${bestWords({ rounds, metric })}.`;
}

function stateWords(state: Report['state'], lastRound: number): string {
  if (state.kind === 'finished') return `Finished after round ${lastRound}`;
  const place = `round ${state.round}, ${state.stage}`;
  switch (state.kind) {
    case 'running':
      return `Under way in ${place}`;
    case 'paused':
      return `Paused in ${place}`;
    case 'waiting':
      return `Waiting to try ${place} again`;
    case 'interrupted':
      return `Stopped in ${place}`;
  }
}

function bestWords({ rounds, metric }: Pick<Outcome, 'rounds' | 'metric'>): string {
  const measured = rounds.flatMap(({ student }) =>
    student === null || student[metric] === null ? [] : [{ student, value: student[metric] }],
  );
  const [first] = measured;
  if (first === undefined) return 'no student has been measured';
  const best = measured.reduce((one, other) => (other.value > one.value ? other : one));
  const reached = `${METRIC_WORDS[metric]} ${best.value.toFixed(3)}`;
  if (measured.length === 1) return `${modelWords(best.student)} reaches ${reached} on the validation pictures`;
  if (best === first)
    return `no later student is better than ${modelWords(first.student)}, which reaches ${reached} on the validation pictures`;
  const more = `${(best.value - first.value).toFixed(3)} more than ${modelWords(first.student)}`;
  return `${modelWords(best.student)} is the best, with ${reached} on the validation pictures, ${more}`;
}

/** What a run said of why it does not go on; null where it goes on, or said nothing. */
export const whyStopped = (state: Report['state']): string | null =>
  state.kind === 'waiting' || state.kind === 'interrupted' ? state.why : null;

export const modelWords = ({ role, round }: ReportedModel): string =>
  role === 'given' ? 'the given model' : `the student of round ${round}`;
