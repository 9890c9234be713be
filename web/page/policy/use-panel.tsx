import type { PolicyFacts } from '../../contract/policy.ts';
import { differences } from './moved-thresholds.ts';
import type { PolicyState } from './policy-state.ts';

const MOST_WORDS = 12;

/** The difference between the thresholds that are tried and those of the run, in words, and the way from the ones to the others. */
export function UsePanel({ state, facts }: { readonly state: PolicyState; readonly facts: PolicyFacts }) {
  const words = differences(state.moved.value, facts);
  return (
    <section class="panel use-panel" aria-label="difference to the settings of the run">
      <p>
        {words.length === 0
          ? 'The thresholds are those of the settings. Move a slider to see what it would keep.'
          : `Other than the settings: ${textOf(words)}.`}
      </p>
      {words.length > 0 && facts.rule !== 'fixed' && (
        <p class="warn">The rule {facts.rule} makes the thresholds of this run; with these they are fixed instead.</p>
      )}
      <div class="row">
        <button type="button" class="main" disabled={words.length === 0 || state.isBusy.value} onClick={() => void state.plan()}>
          use for the next round <kbd>u</kbd>
        </button>
        <button type="button" disabled={!state.isMoved} onClick={() => state.reset()}>
          reset <kbd>r</kbd>
        </button>
      </div>
    </section>
  );
}

function textOf(words: readonly string[]): string {
  const more = words.length - MOST_WORDS;
  return `${words.slice(0, MOST_WORDS).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
