import type { ClassFacts, Comparison } from '../../contract/compare.ts';
import { ClassSwatch } from '../policy/class-row.tsx';
import { ExpectedShare } from '../policy/expected-share.tsx';
import { ScoreHistogram } from '../policy/score-histogram.tsx';
import { Scrolls } from '../scrolls.tsx';

/** Classes of both rounds side by side: how many, which share, which scores, and how right by validation pictures. */
export function ClassTable({ comparison: { from, to, classes } }: { readonly comparison: Comparison }) {
  return (
    <Scrolls label="classes">
      <table class="class-table">
        <thead>
          <tr>
            <th scope="col">class</th>
            <th scope="col" class="number">
              labels
            </th>
            <th scope="col" class="number">
              share
            </th>
            <th scope="col">
              scores <span class="paint-before-fill">round {from.round}</span> <span class="paint-now">round {to.round}</span>
            </th>
            <th scope="col">precision expected</th>
            <th scope="col">recall expected</th>
          </tr>
        </thead>
        <tbody>
          {classes.map((one) => (
            <tr key={one.category}>
              <th scope="row">
                <ClassSwatch classIndex={one.classIndex} />
                {one.name}
              </th>
              <td class="number">
                {one.from.labels} → {one.to.labels}
              </td>
              <td class="number">
                {shareText(one.from.share)} → {shareText(one.to.share)}
              </td>
              <td class="scores">
                <ScoreHistogram bins={one.from.histogram} other={one.to.histogram} />
                <small class="quiet">
                  mean {meanText(one.from)} → {meanText(one.to)}
                </small>
              </td>
              <td>
                <ExpectedPair of="expected precision" from={one.from.expected?.pseudoPrecision} to={one.to.expected?.pseudoPrecision} />
              </td>
              <td>
                <ExpectedPair of="expected recall" from={one.from.expected?.pseudoRecall} to={one.to.expected?.pseudoRecall} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

type Interval = Parameters<typeof ExpectedShare>[0]['interval'];

function ExpectedPair({ of, from, to }: { readonly of: string; readonly from: Interval; readonly to: Interval }) {
  return (
    <span class="expected-pair">
      <ExpectedShare of={of} interval={from} />
      <ExpectedShare of={of} interval={to} />
    </span>
  );
}

const shareText = (share: number | null): string => (share === null ? '–' : `${Math.round(share * 100)} %`);
const meanText = ({ meanScore }: ClassFacts): string => meanScore?.toFixed(2) ?? '–';
