import type { ThresholdAnswer } from '../../contract/policy.ts';
import { ExpectedShare } from './expected-share.tsx';
import { KeptCount } from './kept-count.tsx';
import { reasonWords } from './reason-words.ts';

/** What the thresholds make of the whole round. */
export function AnswerSummary({ answer }: { readonly answer: ThresholdAnswer | null }) {
  if (answer === null)
    return (
      <p class="panel quiet" role="status">
        counting…
      </p>
    );
  const { overall, images, imagesWithLabels, predictions, isCalibrated } = answer;
  const { present, next } = imagesWithLabels;
  const pictures = { present, next, gained: Math.max(0, next - present), lost: Math.max(0, present - next) };
  return (
    <section class="panel" aria-label="what these thresholds keep">
      <dl class="facts">
        <div>
          <dt>labels</dt>
          <dd>
            <KeptCount counts={overall} />
          </dd>
        </div>
        <div>
          <dt>pictures with labels, of {images}</dt>
          <dd>
            <KeptCount counts={pictures} />
          </dd>
        </div>
        <div>
          <dt>expected precision</dt>
          <dd>
            <ExpectedShare of="expected precision" interval={overall.expected?.pseudoPrecision} />
          </dd>
        </div>
        <div>
          <dt>expected recall</dt>
          <dd>
            <ExpectedShare of="expected recall" interval={overall.expected?.pseudoRecall} />
          </dd>
        </div>
      </dl>
      <p class="quiet">
        {isCalibrated
          ? 'Expected by the teacher on validation pictures at mask IoU 0.5, with 95 % intervals.'
          : 'Nothing is expected: this run did not keep what its teacher says of validation pictures.'}
      </p>
      <details>
        <summary>what becomes of {predictions} predictions, by reason</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">reason</th>
              <th scope="col" class="number">
                now
              </th>
              <th scope="col" class="number">
                then
              </th>
            </tr>
          </thead>
          <tbody>
            {answer.reasons.map(({ reason, present: before, next: then }) => (
              <tr key={reason}>
                <td>{reasonWords(reason)}</td>
                <td class="number">{before}</td>
                <td class="number">{then}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}
