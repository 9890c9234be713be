import { useEffect, useMemo } from 'preact/hooks';
import type { TrainedRound, TrainedRounds } from '../../contract/training.ts';
import { augmentationKeys } from '../augmentation/keys.ts';
import { LayerSwitches } from '../augmentation/layer-switches.tsx';
import { SampleGrid } from '../augmentation/sample-grid.tsx';
import { SampleView } from '../augmentation/sample-view.tsx';
import { stepState, stepWords } from '../augmentation/seen-words.ts';
import { StepBar } from '../augmentation/step-bar.tsx';
import { StepSummary } from '../augmentation/step-summary.tsx';
import { addressOfSample, shownSample, TrainingState } from '../augmentation/training-state.ts';
import { bindKeys } from '../keys.ts';
import { Link } from '../link.tsx';
import { Loaded } from '../loading.tsx';
import { goTo } from '../location.ts';
import { RoundSelect } from '../round-select.tsx';
import './policy.css';
import './image.css';
import './augmentation.css';

/** The pictures that the trainer saw at a step, with what was pasted and what was dropped. */
export function AugmentationView() {
  const state = useMemo(() => new TrainingState(), []);
  useEffect(() => state.follow(), [state]);
  useEffect(() => bindKeys(augmentationKeys(state)), [state]);
  return (
    <div class="augmentation">
      <Loaded of={state.rounds.loading}>{(answer) => <Rounds state={state} answer={answer} />}</Loaded>
      {state.rounds.loading.value.state === 'refused' && shownSample.value.round !== null && (
        <Link to="/augmentation">the last round that trained</Link>
      )}
    </div>
  );
}

function Rounds({ state, answer: { rounds, shown } }: { readonly state: TrainingState; readonly answer: TrainedRounds }) {
  const { step } = shownSample.value;
  if (shown === null)
    return (
      <>
        <h2>What the trainer saw</h2>
        <p class="quiet" role="status">
          No round has begun to train yet. Its pictures are here as soon as one does, also while it trains.
        </p>
      </>
    );
  const choose = (round: string) => goTo(addressOfSample({ round, step: null }));
  return (
    <>
      <div class="row">
        <h2>What the trainer saw</h2>
        <RoundSelect label="round" rounds={rounds} chosen={shown.round} choose={choose} />
        {step !== null && <StepBar round={shown} step={step} />}
      </div>
      {step !== null && <Step state={state} round={shown} step={step} />}
    </>
  );
}

interface StepProps {
  readonly state: TrainingState;
  readonly round: TrainedRound;
  readonly step: number;
}

function Step({ state, round, step }: StepProps) {
  const is = stepState(round, state.stepsDone.value, step);
  return (
    <>
      <p class={is === 'seen' ? 'quiet' : 'warn'} role="status">
        {stepWords(round, state.stepsDone.value, step, is)}
      </p>
      {is !== 'beyond' && <Samples state={state} round={round} step={step} />}
    </>
  );
}

function Samples({ state, round, step }: StepProps) {
  const { slot } = shownSample.value;
  const isThere = slot !== null && slot < round.batchSize;
  return (
    <>
      {!isThere && <StepSummary state={state} round={round} step={step} />}
      <LayerSwitches />
      {slot !== null && !isThere && (
        <p class="warn" role="status">
          A step has the pictures 0 to {round.batchSize - 1}: there is no picture {slot}.
        </p>
      )}
      <div class={isThere ? 'one-of-step' : ''}>
        <SampleGrid state={state} batchSize={round.batchSize} chosen={isThere ? slot : null} />
        {isThere && (
          <div>
            <Loaded of={state.slot(slot).loading}>{(seen) => <SampleView seen={seen} round={round} />}</Loaded>
          </div>
        )}
      </div>
    </>
  );
}
