import { useEffect, useMemo } from 'preact/hooks';
import type { RunOverview, SetAside } from '../../contract/run.ts';
import { read, write } from '../client.ts';
import { Loaded, Source } from '../loading.tsx';
import { Scrolls } from '../scrolls.tsx';
import { RetryButton } from './retry-button.tsx';
import { countWords, momentWords } from './words.ts';

/** What the run goes on without, why, and what of it can be tried again. */
export function QuarantineList({ overview }: { readonly overview: RunOverview }) {
  const source = useMemo(() => new Source<SetAside>(), []);
  const ask = () => source.ask((stop) => read('/api/run/quarantine', {}, stop));
  // Asked anew when a stage ends: the overview is another one then.
  useEffect(() => void ask(), [overview]);
  return (
    <>
      <h2>Quarantine</h2>
      <Loaded of={source.loading}>
        {(aside) => (
          <>
            <Files aside={aside} again={ask} />
            <Failed aside={aside} again={ask} />
          </>
        )}
      </Loaded>
    </>
  );
}

interface PartProps {
  readonly aside: SetAside;
  /** Asks for what is set aside now. */
  readonly again: () => Promise<void>;
}

function Files({ aside, again }: PartProps) {
  const { files, fileCount, retriable, retry } = aside;
  const filesWhen = whenOf(retry.files);
  return (
    <>
      {fileCount === 0 ? <p class="quiet">Every file of the data set could be used.</p> : <FileTable aside={aside} />}
      <RetryButton
        what={`try ${countWords(retriable)} ${retriable === 1 ? 'file' : 'files'} again`}
        offered={retriable > 0}
        hint={`what can be read now is labeled ${filesWhen}`}
        chance={retry.files}
        retry={async () => {
          const { used, leftOut } = await write('/api/run/retry-files', {});
          return filesText(used, leftOut, filesWhen);
        }}
        again={again}
      />
      {files.some(({ subset }) => subset !== 'unlabeled') && (
        <p class="quiet">
          Labeled and validation pictures stay what they are for the whole run, as its students are compared by them: mend their files, and
          begin another run with <code>selfpaste run</code>.
        </p>
      )}
    </>
  );
}

const whenOf = (chance: SetAside['retry']['files']): string => (chance.possible ? chance.when : '');

function filesText(used: number, leftOut: number, when: string): string {
  const good = `${countWords(used)} can be read now, and ${used === 1 ? 'is' : 'are'} labeled ${when}`;
  if (leftOut === 0) return `${good}.`;
  const bad = `${countWords(leftOut)} still cannot be used`;
  return used === 0 ? `${bad}: the table says why.` : `${good}; ${bad}.`;
}

function FileTable({ aside: { files, fileCount, reasons } }: { readonly aside: SetAside }) {
  return (
    <details>
      <summary>
        {countWords(fileCount)} {fileCount === 1 ? 'file' : 'files'} left out: {reasonWords(reasons)}
      </summary>
      <Scrolls label="files that were left out">
        <table>
          <thead>
            <tr>
              <th scope="col">set</th>
              <th scope="col">file</th>
              <th scope="col">reason</th>
              <th scope="col">what is wrong</th>
            </tr>
          </thead>
          <tbody>
            {files.map(({ subset, path, fileName, reason, detail, atMs }) => (
              <tr key={`${subset} ${path}`} title={momentWords(atMs)}>
                <td>{subset}</td>
                <td>{fileName}</td>
                <td>{reason}</td>
                <td>{detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolls>
      {files.length < fileCount && (
        <p class="quiet">
          and {countWords(fileCount - files.length)} more: <code>selfpaste status --quarantine</code> lists them all
        </p>
      )}
    </details>
  );
}

/** The commonest first. */
function reasonWords(reasons: SetAside['reasons']): string {
  return Object.entries(reasons)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${countWords(count)} ${reason}`)
    .join(', ');
}

function Failed({ aside, again }: PartProps) {
  const { failedCount, retry } = aside;
  const chance = retry.pictures;
  return (
    <>
      {failedCount === 0 ? (
        <p class="quiet">Every picture that was tried in this round could be labeled.</p>
      ) : (
        <FailedPictures aside={aside} />
      )}
      <RetryButton
        what={`try ${pictureWords(failedCount)} again`}
        offered={failedCount > 0}
        hint={`labeled again ${whenOf(chance)}`}
        chance={chance}
        retry={async () => {
          const { pictures } = await write('/api/run/retry', { round: chance.possible ? chance.round : 0 });
          return `${countWords(pictures)} ${pictures === 1 ? 'is' : 'are'} labeled again ${whenOf(chance)}.`;
        }}
        again={again}
      />
    </>
  );
}

function FailedPictures({ aside: { failed, failedCount } }: Pick<PartProps, 'aside'>) {
  return (
    <details open>
      <summary>
        {pictureWords(failedCount)} could not be labeled in round {failed[0]?.round}
      </summary>
      <ul class="failed-pictures">
        {failed.map(({ image, fileName, reason }) => (
          <li key={image}>
            <a href={`/image/${image}`}>{fileName}</a> <span class="quiet">{reason}</span>
          </li>
        ))}
      </ul>
      {failed.length < failedCount && <p class="quiet">and {countWords(failedCount - failed.length)} more</p>}
    </details>
  );
}

const pictureWords = (count: number): string => `${countWords(count)} ${count === 1 ? 'picture' : 'pictures'}`;
