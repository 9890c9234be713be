import type { Report, ReportedModel, ReportedRound } from '../../contract/report.ts';
import { countWords, durationWords } from '../run/words.ts';
import { Scrolls } from '../scrolls.tsx';
import { METRIC_WORDS, modelWords } from './outcome.ts';

/** The rounds in numbers, one a row. */
export function RoundRows({ rounds, metric }: Pick<Report, 'rounds' | 'metric'>) {
  if (rounds.length === 0) return <p class="quiet">No round has started.</p>;
  return (
    <Scrolls label="rounds">
      <table class="round-rows">
        <thead>
          <tr>
            <th scope="col">round</th>
            {HEADS.map((head) => (
              <th scope="col" class="number" key={head}>
                {head}
              </th>
            ))}
            <th scope="col" class="number">
              {METRIC_WORDS[metric]} of its teacher
            </th>
            {TIMES.map((head) => (
              <th scope="col" class="number" key={head}>
                {head}
              </th>
            ))}
            <th scope="col">promoted</th>
          </tr>
        </thead>
        <tbody>
          {rounds.map((round) => (
            <RoundRow key={round.index} round={round} metric={metric} />
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

const HEADS = ['pictures labeled', 'labels kept', 'dropped', 'mask AP', 'AP50', 'box AP'] as const;
const TIMES = ['labeling', 'training', 'measuring'] as const;

function RoundRow({ round, metric }: { readonly round: ReportedRound } & Pick<Report, 'metric'>) {
  const { index, labeled, labels, teacher, student, labelMs, trainMs, evaluateMs, outcome } = round;
  const dropped = Object.values(labels.dropped).reduce((sum, count) => sum + count, 0);
  const counts = labeled === null ? [null, null, null] : [labeled, labels.kept + labels.drawn, dropped];
  return (
    <tr>
      <th scope="row">{index}</th>
      {counts.map((count, at) => (
        <Cell key={HEADS[at]} text={count === null ? null : countWords(count)} />
      ))}
      {([student?.maskAp, student?.maskAp50, student?.boxAp] as const).map((value, at) => (
        <Cell key={HEADS[at + counts.length]} text={value?.toFixed(3) ?? null} />
      ))}
      <td class="number" title={teacher === null ? undefined : modelWords(teacher)}>
        {teacherText(teacher, metric)}
      </td>
      {[labelMs, trainMs, evaluateMs].map((ms, at) => (
        <Cell key={TIMES[at]} text={ms === null ? null : durationWords(ms)} />
      ))}
      <td>{outcome.state === 'open' ? '' : outcome.promoted ? 'yes' : 'no'}</td>
    </tr>
  );
}

const Cell = ({ text }: { readonly text: string | null }) => <td class="number">{text ?? '–'}</td>;

/** A dash where nothing labels, as in a first round that learns from people alone. */
const teacherText = (teacher: ReportedModel | null, metric: Report['metric']): string => teacher?.[metric]?.toFixed(3) ?? '–';
