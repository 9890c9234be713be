import type { Report } from '../../contract/report.ts';
import { countWords, momentWords } from '../run/words.ts';
import { Scrolls } from '../scrolls.tsx';
import { outcomeSentence, whyStopped } from './outcome.ts';

/** Which run this is, and what came of it. */
export function ReportHead({ report }: { readonly report: Report }) {
  const { name, begunAtMs, begunBy, seed, configHash, pictures, humanObjects } = report.run;
  const facts = [
    ['begun', `${momentWords(begunAtMs)}, by selfpaste ${begunBy}`],
    ['human-labeled', `${countWords(pictures.labeled)} pictures with ${countWords(humanObjects)} objects`],
    ['unlabeled', `${countWords(pictures.unlabeled)} pictures`],
    ['validation', `${countWords(pictures.validation)} pictures`],
    ['seed', String(seed)],
    ['settings', configHash.slice(0, 12)],
  ] as const;
  const why = whyStopped(report.state);
  return (
    <header class="report-head wide">
      <h1>{name}</h1>
      <p class="outcome">{outcomeSentence(report)}</p>
      {why !== null && <p class="warn">{why}</p>}
      <dl class="facts">
        {facts.map(([term, text]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}

/** Settings that are not as they would be unsaid. */
export function ReportSettings({ settings }: Report['run']) {
  if (settings.length === 0) return <p class="quiet">All are as by default.</p>;
  return (
    <Scrolls label="settings">
      <table>
        <thead>
          <tr>
            <th scope="col">setting</th>
            <th scope="col">here</th>
            <th scope="col">by default</th>
          </tr>
        </thead>
        <tbody>
          {settings.map(({ key, value, byDefault }) => (
            <tr key={key}>
              <th scope="row">
                <code>{key}</code>
              </th>
              <td>
                <code>{value}</code>
              </td>
              <td class="quiet">
                <code>{byDefault}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}
