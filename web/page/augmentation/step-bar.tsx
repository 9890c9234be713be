import type { TrainedRound } from '../../contract/training.ts';
import { goTo } from '../location.ts';
import { addressOfSample } from './training-state.ts';

interface StepBarProps {
  readonly round: TrainedRound;
  readonly step: number;
}

/** Which step is looked at: by number, by slider, or from one to the next. */
export function StepBar({ round: { steps }, step }: StepBarProps) {
  const last = steps - 1;
  const shown = Math.min(step, last);
  const onNumber = ({ currentTarget: { value, valueAsNumber } }: { readonly currentTarget: HTMLInputElement }) => {
    if (/^\d+$/.test(value)) goToStep(valueAsNumber);
  };
  return (
    <fieldset class="bare row step-bar" aria-label="steps">
      <button type="button" disabled={step === 0} title="first step (Home)" onClick={() => goToStep(0)}>
        first
      </button>
      <button type="button" disabled={step === 0} onClick={() => goToStep(previousStep(steps, step))}>
        previous <kbd>k</kbd>
      </button>
      <label>
        step <input class="number" type="number" min={0} max={last} step={1} value={step} onChange={onNumber} />
      </label>
      <button type="button" disabled={step === last} onClick={() => goToStep(nextStep(steps, step))}>
        next <kbd>j</kbd>
      </button>
      <button type="button" disabled={step === last} title="last step (End)" onClick={() => goToStep(last)}>
        last
      </button>
      <input
        type="range"
        min={0}
        max={last}
        step={1}
        value={shown}
        aria-label="step of the training"
        aria-valuetext={`${shown} of 0 to ${last}`}
        onInput={({ currentTarget }) => goToStep(currentTarget.valueAsNumber, 'replace')}
      />
    </fieldset>
  );
}

export const goToStep = (step: number, how: 'push' | 'replace' = 'push'): void => goTo(addressOfSample({ step }), how);

/** From beyond the end both ways lead to the last step. */
export const nextStep = (steps: number, step: number): number => Math.min(steps - 1, step + 1);
export const previousStep = (steps: number, step: number): number => Math.min(steps - 1, Math.max(0, step - 1));
