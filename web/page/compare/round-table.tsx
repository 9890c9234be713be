import type { Comparison, RoundFacts } from '../../contract/compare.ts';
import { ScoreHistogram } from '../policy/score-histogram.tsx';
import { Scrolls } from '../scrolls.tsx';

/** Metrics in the order in which people read them. */
const METRICS = ['maskAp', 'maskAp50', 'maskAp75', 'maskApSmall', 'maskApMedium', 'maskApLarge', 'boxAp'] as const;
const NAMES: Readonly<Record<(typeof METRICS)[number], string>> = {
  maskAp: 'mask AP of the student',
  maskAp50: 'at IoU 0.5',
  maskAp75: 'at IoU 0.75',
  maskApSmall: 'of small objects',
  maskApMedium: 'of medium objects',
  maskApLarge: 'of large objects',
  boxAp: 'box AP of the student',
};

/** Both rounds in numbers. */
export function RoundTable({ comparison: { from, to } }: { readonly comparison: Comparison }) {
  const metrics = METRICS.filter((name) => name in from.metrics || name in to.metrics);
  return (
    <Scrolls label="the rounds in numbers">
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col" class="number">
              round {from.round}
            </th>
            <th scope="col" class="number">
              round {to.round}
            </th>
            <th scope="col" class="number">
              difference
            </th>
          </tr>
        </thead>
        <tbody>
          <Row name="pictures" from={from.images} to={to.images} />
          <Row name="predictions" from={from.predictions} to={to.predictions} />
          <Row name="labels" from={from.labels} to={to.labels} />
          {metrics.map((name) => (
            <Row key={name} name={NAMES[name]} from={metric(from, name)} to={metric(to, name)} digits={3} />
          ))}
        </tbody>
      </table>
      <ScoreHistogram bins={from.histogram} other={to.histogram} />
      <p class="quiet">
        Scores of all predictions, 0 to 1: round {from.round} grey, round {to.round} as a line. Heights are roots.
      </p>
    </Scrolls>
  );
}

const metric = ({ metrics }: RoundFacts, name: string): number | null => metrics[name] ?? null;

interface RowProps {
  readonly name: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly digits?: number;
}

function Row({ name, from, to, digits = 0 }: RowProps) {
  const shown = (value: number): number => Number(value.toFixed(digits));
  // Of what is shown: who takes the one number from the other comes to the same.
  const difference = from === null || to === null ? null : shown(to) - shown(from);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="number">{from?.toFixed(digits) ?? '–'}</td>
      <td class="number">{to?.toFixed(digits) ?? '–'}</td>
      <td class="number">{difference === null ? '–' : `${difference > 0 ? '+' : ''}${difference.toFixed(digits)}`}</td>
    </tr>
  );
}
