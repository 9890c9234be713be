import type { Report } from '../../contract/report.ts';
import { countWords, momentWords } from '../run/words.ts';

/** What the run went on without, and what it was warned of. */
export function SetAside({ setAside: { quarantined, warnings }, rounds }: Pick<Report, 'setAside' | 'rounds'>) {
  const files = Object.values(quarantined).reduce((sum, count) => sum + count, 0);
  const reasons = Object.entries(quarantined).map(([reason, count]) => `${countWords(count)} ${reason}`);
  const failed = rounds.filter(({ labels }) => labels.failed > 0);
  return (
    <>
      <p>
        {files === 0
          ? 'Every file of the data set could be used.'
          : `${countWords(files)} ${files === 1 ? 'file was' : 'files were'} left out: ${reasons.join(', ')}.`}
      </p>
      {failed.map(({ index, labels }) => (
        <p key={index}>
          In round {index}, {countWords(labels.failed)} {labels.failed === 1 ? 'picture' : 'pictures'} could not be labeled.
        </p>
      ))}
      {warnings.events.length === 0 && <p>The run warned of nothing.</p>}
      <ul class="warnings">
        {warnings.events.map(({ id, atMs, level, text }) => (
          <li key={id} class={level === 'error' ? 'problem' : ''}>
            <time class="number quiet" dateTime={new Date(atMs).toISOString()}>
              {momentWords(atMs)}
            </time>{' '}
            {text}
          </li>
        ))}
      </ul>
      {warnings.more && <p class="quiet">These are the last {warnings.events.length}.</p>}
    </>
  );
}
