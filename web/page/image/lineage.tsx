import type { LabelHistory, PictureFacts } from '../../contract/image.ts';
import { Link } from '../link.tsx';
import { addressOf, place } from '../location.ts';
import { classNameOf } from './label-words.ts';

interface LineageProps {
  readonly facts: PictureFacts;
  readonly history: LabelHistory;
}

/** The same object in the other rounds, each a way there. */
export function Lineage({ facts, history }: LineageProps) {
  if (history.line.length === 0) return <p class="quiet">In no other round did a model say it of the same object.</p>;
  return (
    <>
      <h3>in other rounds</h3>
      <ul class="lineage">
        {history.line.map(({ prediction, round, category, score, status, reason }) => (
          <li key={prediction}>
            <Link to={addressOf(place.value.path, { ...place.value.query, label: `p${prediction}` })}>
              <img src={`/api/labels/${prediction}/thumbnail`} alt="" width={72} height={72} loading="lazy" />
              <span>round {round}</span>
              <span>
                {classNameOf(facts, category)} <span class="number">{score.toFixed(2)}</span>
              </span>
              <span class={status}>{reason === 'score' ? 'kept' : reason}</span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
