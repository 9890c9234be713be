import { thresholdText } from './moved-thresholds.ts';
import { ScoreHistogram } from './score-histogram.tsx';

interface ThresholdSliderProps {
  readonly name: string;
  /** 0..1. */
  readonly threshold: number;
  /** What the settings say, 0..1; null where classes differ. */
  readonly before: number | null;
  readonly histogram: readonly number[];
  readonly move: (threshold: number) => void;
  readonly choose?: () => void;
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -0.01,
  ArrowDown: -0.01,
  ArrowRight: 0.01,
  ArrowUp: 0.01,
  PageDown: -0.1,
  PageUp: 0.1,
};
/** With Shift. */
const FINE = 0.1;

/** A threshold over the scores that it cuts: by pointer, by arrows (Shift: thousandths) and PageUp, PageDown, or as a number. */
export function ThresholdSlider({ name, threshold, before, histogram, move, choose }: ThresholdSliderProps) {
  const onKey = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move(threshold + step * (event.shiftKey ? FINE : 1));
  };
  const onInput = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) => {
    if (currentTarget.value !== '' && Number.isFinite(currentTarget.valueAsNumber)) move(currentTarget.valueAsNumber);
  };
  return (
    <div class="threshold-slider">
      <div class="track">
        <ScoreHistogram bins={histogram} mark={before === threshold ? null : before} />
        <input
          type="range"
          min="0"
          max="1"
          step="any"
          value={threshold}
          aria-label={`threshold of ${name}`}
          aria-valuetext={thresholdText(threshold)}
          onInput={onInput}
          onKeyDown={onKey}
          onFocus={choose}
        />
      </div>
      <input
        class="number"
        type="number"
        min="0"
        max="1"
        step="0.01"
        value={thresholdText(threshold)}
        aria-label={`threshold of ${name} as a number`}
        onChange={onInput}
        onFocus={choose}
      />
    </div>
  );
}
