import type { RoundCurves, RunCurves, RunOverview } from '../../contract/run.ts';
import { Scrolls } from '../scrolls.tsx';
import { valueWords } from './words.ts';

const FACTS = [
  { name: 'objects', label: 'objects' },
  { name: 'droppedOutside', label: 'outside' },
  { name: 'droppedTooSmall', label: 'too small' },
  { name: 'droppedOccluded', label: 'covered' },
  { name: 'droppedOverLimit', label: 'over the limit' },
] as const;

/** What the batches of each round held. */
export function BatchComposition({ overview, curves }: { readonly overview: RunOverview; readonly curves: RunCurves }) {
  const trained = curves.rounds.filter(({ points }) => points.length > 0);
  if (trained.length === 0) return <p class="quiet">Nothing has been trained.</p>;
  return (
    <Scrolls label="what batches held">
      <table>
        <thead>
          <tr>
            <th scope="col">round</th>
            <th scope="col" class="number">
              pseudo-labeled pictures
            </th>
            {FACTS.map(({ name, label }) => (
              <th scope="col" class="number" key={name}>
                {name === 'objects' ? 'objects a picture' : `dropped: ${label}`}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {trained.map((round) => (
            <tr key={round.round}>
              <th scope="row">{round.round}</th>
              <td class="number">{Math.round(100 * pseudoShare(overview, round.round))} %</td>
              {FACTS.map(({ name }) => (
                <td class="number" key={name}>
                  {valueWords(meanOf(round, name))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

/** Batches take pictures by the share that the settings say, where the round has pseudo-labeled ones. */
function pseudoShare({ pseudoShare: share, rounds }: RunOverview, round: number): number {
  const pictures = rounds.find(({ index }) => index === round)?.labels.pictures ?? 0;
  return pictures > 0 ? share : 0;
}

function meanOf({ points }: RoundCurves, name: string): number | null {
  const values = points.flatMap(({ values: told }) => told[name] ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
