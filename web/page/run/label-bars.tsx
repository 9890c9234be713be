import type { RoundLabels, RoundOverview } from '../../contract/run.ts';
import { Link } from '../link.tsx';
import { addressOf } from '../location.ts';
import { Scrolls } from '../scrolls.tsx';
import { type Share, ShareBar } from './share-bar.tsx';
import { countWords, spaced } from './words.ts';

/** What became of the teachers' predictions, round by round: labels, and what was dropped for which reason. */
export function LabelBars({ rounds }: { readonly rounds: readonly RoundOverview[] }) {
  const labeled = rounds.filter(({ labels }) => decided(labels) > 0);
  if (labeled.length === 0) return <p class="quiet">No labels have been selected: that comes in round 1, after labeling.</p>;
  const reasons = [...new Set(labeled.flatMap(({ labels }) => Object.keys(labels.dropped)))].sort();
  const hasDrawn = labeled.some(({ labels }) => labels.drawn > 0);
  const most = Math.max(...labeled.map(({ labels }) => decided(labels)));
  return (
    <Scrolls label="labels of the rounds">
      <table class="label-bars">
        <thead>
          <tr>
            <th scope="col">round</th>
            <td class="bar-cell" />
            <th scope="col" class="number">
              <Key look="share-kept" /> kept
            </th>
            {hasDrawn && (
              <th scope="col" class="number">
                <Key look="share-drawn" /> drawn
              </th>
            )}
            {reasons.map((reason, at) => (
              <th scope="col" class="number" key={reason}>
                <Key look={lookOf(at)} /> {spaced(reason)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labeled.map(({ index, labels }) => (
            <tr key={index}>
              <th scope="row">
                <Link to={addressOf('/labels', { round: index })}>{index}</Link>
              </th>
              <td class="bar-cell">
                <ShareBar shares={sharesOf(labels, reasons)} most={most} />
              </td>
              <td class="number">{countWords(labels.kept)}</td>
              {hasDrawn && <td class="number">{countWords(labels.drawn)}</td>}
              {reasons.map((reason) => (
                <td class="number" key={reason}>
                  {countWords(labels.dropped[reason] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

const Key = ({ look }: { readonly look: string }) => <span class={`swatch filled ${look}`} aria-hidden="true" />;

const decided = ({ kept, drawn, dropped }: RoundLabels): number =>
  kept + drawn + Object.values(dropped).reduce((sum, count) => sum + count, 0);

const LOOKS = 6;
const lookOf = (at: number): string => `share-${at % LOOKS}`;

function sharesOf({ kept, drawn, dropped }: RoundLabels, reasons: readonly string[]): Share[] {
  return [
    { name: 'kept', count: kept, look: 'share-kept' },
    { name: 'drawn', count: drawn, look: 'share-drawn' },
    ...reasons.map((reason, at) => ({ name: spaced(reason), count: dropped[reason] ?? 0, look: lookOf(at) })),
  ];
}
