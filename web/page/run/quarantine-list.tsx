import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Retried, RunOverview, SetAside } from '../../contract/run.ts';
import { read, write } from '../client.ts';
import { Loaded, Problem, Source } from '../loading.tsx';
import { Scrolls } from '../scrolls.tsx';
import { countWords, momentWords } from './words.ts';

/** What the run goes on without, why, and how it could be otherwise. */
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
            <Files aside={aside} reasons={overview.quarantined} />
            <Failed aside={aside} again={ask} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Files({ aside: { files, fileCount }, reasons }: { readonly aside: SetAside; readonly reasons: RunOverview['quarantined'] }) {
  if (fileCount === 0) return <p class="quiet">Every file of the data set could be used.</p>;
  const words = Object.entries(reasons).map(([reason, count]) => `${countWords(count)} ${reason}`);
  return (
    <details>
      <summary>
        {countWords(fileCount)} {fileCount === 1 ? 'file' : 'files'} left out: {words.join(', ')}
      </summary>
      <p class="quiet">
        The data set is read once, when a run begins. Mend the files and begin another run to have them in it; this one goes on without
        them.
      </p>
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
        <p class="quiet">and {countWords(fileCount - files.length)} more: `selfpaste status --quarantine` lists them all</p>
      )}
    </details>
  );
}

function Failed({ aside: { failed, retry }, again }: { readonly aside: SetAside; readonly again: () => Promise<void> }) {
  const [problem, setProblem] = useState<Error | null>(null);
  const [done, setDone] = useState('');
  if (failed.length === 0)
    return <p class="quiet">{done === '' ? 'Every picture that was tried in this round could be labeled.' : done}</p>;
  const retryAll = async () => {
    try {
      if (!retry.possible) return;
      const { pictures } = await write<Retried>('/api/run/retry', { round: retry.round });
      setDone(`${countWords(pictures)} pictures are tried again when the run goes on.`);
      await again();
    } catch (error) {
      setProblem(error as Error);
    }
  };
  return (
    <details open>
      <summary>
        {countWords(failed.length)} {failed.length === 1 ? 'picture' : 'pictures'} could not be labeled in round {failed[0]?.round}
      </summary>
      <ul class="failed-pictures">
        {failed.map(({ image, fileName, reason }) => (
          <li key={image}>
            <a href={`/image/${image}`}>{fileName}</a> <span class="quiet">{reason}</span>
          </li>
        ))}
      </ul>
      <div class="row">
        <button type="button" disabled={!retry.possible} aria-describedby="retry-why" onClick={() => void retryAll()}>
          try them again
        </button>
        <span id="retry-why" class="quiet">
          {retry.possible ? 'when the run goes on' : retry.why}
        </span>
      </div>
      {problem && <Problem error={problem} />}
    </details>
  );
}
