import type { LiveState, RunOverview } from '../../contract/run.ts';
import { connection, liveProblem, reconnect } from '../live.ts';
import { Problem } from '../loading.tsx';
import { stateWords } from '../run-summary.ts';
import { RunControls } from './run-controls.tsx';
import { clockWords, countWords, durationWords, momentWords } from './words.ts';

/** What the run does at this moment, who does it, and what can be asked of it. */
export function RunHead({ overview, now }: { readonly overview: RunOverview; readonly now: LiveState | null }) {
  return (
    <section class="panel run-head" aria-label="the run now">
      <Lost />
      {liveProblem.value && <Problem error={liveProblem.value} />}
      {now === null ? (
        <p class="quiet" role="status">
          listening…
        </p>
      ) : (
        <>
          <div class="row">
            <h2 class="run-state">{stateWords(now)}</h2>
            <span class="quiet">{sinceWords(now)}</span>
          </div>
          <Why now={now} />
          <Progress now={now} />
          <RunControls now={now} folder={overview.folder} />
          <Owner now={now} />
        </>
      )}
    </section>
  );
}

/** What is shown is not what is, while nothing is heard. */
function Lost() {
  const { value } = connection;
  if (value.state !== 'lost') return null;
  return (
    <div class="row lost" role="alert">
      <span class="warn">No word from the server: what you see may be old. Trying again at {clockWords(value.againAtMs)}.</span>
      <button type="button" onClick={reconnect}>
        try now
      </button>
    </div>
  );
}

function sinceWords({ state, sinceMs, atMs }: LiveState): string {
  if (state.kind === 'waiting') return `until ${clockWords(state.untilMs)}`;
  if (state.kind === 'running' || state.kind === 'paused') return `for ${durationWords(Math.max(0, atMs - sinceMs))}`;
  return `since ${momentWords(sinceMs)}`;
}

function Why({ now: { state } }: { readonly now: LiveState }) {
  if ((state.kind !== 'waiting' && state.kind !== 'interrupted') || state.why === null) return null;
  return <p class="warn">{state.why}</p>;
}

/** Its place is kept where there is no progress to tell, so that nothing jumps from stage to stage. */
function Progress({ now: { progress, state } }: { readonly now: LiveState }) {
  if (state.kind === 'finished' || state.kind === 'interrupted') return null;
  return (
    <div class="progress">
      {progress === null ? (
        <p class="quiet">{state.kind === 'running' ? 'no count of what is left in this stage' : ''}</p>
      ) : (
        <>
          <progress value={progress.done} max={Math.max(1, progress.total)} aria-label={`${state.stage}, ${progress.unit}`} />
          <p class="number">
            {countWords(progress.done)} / {countWords(progress.total)} {progress.unit}
            {progress.leftMs === null ? '' : `, about ${durationWords(progress.leftMs)} left`}
          </p>
        </>
      )}
    </div>
  );
}

function Owner({ now: { owner } }: { readonly now: LiveState }) {
  if (owner === null) return null;
  const doubt = owner.state === 'unknown' ? '; whether it lives cannot be seen from here' : '';
  return (
    <p class="quiet owner">
      process {owner.pid} on {owner.host} since {momentWords(owner.sinceMs)}, last sign of life {durationWords(owner.beatAgeMs)} ago{doubt}
    </p>
  );
}
