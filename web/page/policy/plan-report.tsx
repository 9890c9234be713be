import type { ThresholdPlan } from '../../contract/policy.ts';
import { Scrolls } from '../scrolls.tsx';

type Change = ThresholdPlan['plan']['changes'][number];

/** What a change of settings means to the run: each, what it invalidates, and how the run goes on. */
export function PlanReport({ plan: { plan, refusal, commands } }: { readonly plan: ThresholdPlan }) {
  const { place, changes, restart } = plan;
  const where = place.stage === 'decide' ? `behind the end of round ${place.round}` : `in round ${place.round}, ${place.stage}`;
  if (changes.length === 0) return <p>No setting differs: the run has these thresholds.</p>;
  return (
    <div class="plan-report">
      <p>The run is {where}.</p>
      <Scrolls label="changes">
        <table>
          <thead>
            <tr>
              <th scope="col">setting</th>
              <th scope="col">before</th>
              <th scope="col">after</th>
              <th scope="col">invalidates</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <tr key={change.key}>
                <td>
                  <code>{change.key}</code>
                </td>
                <td>
                  <code>{JSON.stringify(change.before)}</code>
                </td>
                <td>
                  <code>{JSON.stringify(change.after)}</code>
                </td>
                <td>{effectWords(change)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolls>
      {keptWords(changes)}
      {refusal !== null && <p class="warn">It cannot be done from here: {refusal}.</p>}
      {refusal === null && restart.kind === 'stage' && (
        <p>
          {restart.at.stage} of round {restart.at.round} starts anew.
        </p>
      )}
      {refusal !== null && <p>On the command line, one line after the other; the last one, with --fork, is another way:</p>}
      {refusal !== null && <Commands commands={commands} />}
    </div>
  );
}

/** Command lines, to be copied. */
export function Commands({ commands }: { readonly commands: readonly string[] }) {
  return (
    <ul class="commands">
      {commands.map((command) => (
        <li key={command}>
          <code>{command}</code>{' '}
          <button type="button" onClick={() => void navigator.clipboard?.writeText(command)}>
            copy
          </button>
        </li>
      ))}
    </ul>
  );
}

const EFFECTS: Readonly<Record<Change['effect']['kind'], string>> = {
  nothing: 'nothing',
  stage: 'this stage',
  round: 'this round',
  rounds: 'all rounds',
  data: 'the data',
};

const effectWords = ({ effect }: Change): string =>
  effect.kind === 'round' ? `${EFFECTS.round}, from ${effect.at.stage} on` : EFFECTS[effect.kind];

function keptWords(changes: readonly Change[]) {
  const rounds = [...new Set(changes.flatMap(({ madeBefore }) => madeBefore))].toSorted((a, b) => a - b);
  if (rounds.length === 0) return null;
  return (
    <p class="quiet">
      Round{rounds.length > 1 ? 's' : ''} {rounds.join(', ')} keep{rounds.length > 1 ? '' : 's'} what came of the old values.
    </p>
  );
}
