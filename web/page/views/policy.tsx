import { useEffect, useMemo } from 'preact/hooks';
import type { PolicyFacts, ThresholdAnswer } from '../../contract/policy.ts';
import { bindKeys } from '../keys.ts';
import { Loaded, type Loading, Problem } from '../loading.tsx';
import { place } from '../location.ts';
import { AnswerSummary } from '../policy/answer-summary.tsx';
import { LineGallery } from '../policy/line-gallery.tsx';
import { thresholdOf } from '../policy/moved-thresholds.ts';
import { PlanDialog } from '../policy/plan-dialog.tsx';
import { PolicyState } from '../policy/policy-state.ts';
import { SettingsTable } from '../policy/settings-table.tsx';
import { Sliders } from '../policy/sliders.tsx';
import { UsePanel } from '../policy/use-panel.tsx';
import { RoundSelect } from '../round-select.tsx';
import './policy.css';

/** Thresholds of classes: what other ones would keep, and the way to use them. */
export function PolicyView() {
  const state = useMemo(() => new PolicyState(), []);
  useEffect(() => state.follow(), [state]);
  useEffect(
    () =>
      bindKeys([
        { key: 'r', does: 'reset the thresholds to the settings of the run', act: () => state.reset() },
        { key: 'u', does: 'use these thresholds for the next round', act: () => state.isMoved && void state.plan() },
      ]),
    [state],
  );
  return <Loaded of={state.facts.loading}>{(facts) => <Policy state={state} facts={facts} />}</Loaded>;
}

function Policy({ state, facts }: { readonly state: PolicyState; readonly facts: PolicyFacts }) {
  const answer = state.answer.loading.value;
  const chosen = Number(place.value.query.class ?? Number.NaN);
  return (
    <div class="policy">
      <div class="row">
        <h2>What becomes a label</h2>
        <RoundSelect label="round" rounds={facts.rounds} chosen={facts.round} choose={(round) => state.chooseRound(round)} />
      </div>
      {answer.state === 'refused' && <Problem error={answer.error} />}
      <div class="beside">
        <AnswerSummary answer={latest(answer)} />
        <UsePanel state={state} facts={facts} />
      </div>
      <Sliders state={state} facts={facts} answer={latest(answer)} chosen={chosen} />
      <Examples state={state} facts={facts} chosen={chosen} />
      <SettingsTable settings={facts.settings} />
      <PlanDialog state={state} />
    </div>
  );
}

function latest(answer: Loading<ThresholdAnswer>): ThresholdAnswer | null {
  if (answer.state === 'there') return answer.facts;
  return answer.state === 'waiting' ? answer.before : null;
}

function Examples({ state, facts, chosen }: { readonly state: PolicyState; readonly facts: PolicyFacts; readonly chosen: number }) {
  const of = facts.classes.find(({ category }) => category === chosen);
  return (
    <section class="panel" aria-label="examples at the line">
      <h2>{of ? `${of.name} at the line` : 'Examples at the line'}</h2>
      {of ? (
        <Loaded of={state.examples.loading}>
          {(examples) => <LineGallery of={of} round={facts.round} threshold={thresholdOf(state.moved.value, of)} examples={examples} />}
        </Loaded>
      ) : (
        <p class="quiet">Choose a class, or move its slider, to see what lies just above and just below its threshold.</p>
      )}
    </section>
  );
}
