import type { PolicyFacts, PredictedObject } from '../../contract/image.ts';
import { type LayeredObject, layeredObjects } from './layers.ts';
import { isGuessed, tried, tryThreshold } from './threshold.ts';

/** Steps in which the slider moves; the arrow keys move it by one. */
const STEP = 0.01;

/** Tries another threshold on this picture: what it would keep is shown at once, and nothing is changed. */
export function ThresholdSlider({ policy }: { readonly policy: PolicyFacts }) {
  const threshold = tried.value;
  const shown = threshold ?? policy.score;
  return (
    <section class="threshold">
      <div class="row">
        <label for="threshold">try a threshold</label>
        <output for="threshold" class="number">
          {threshold === null ? 'as decided' : shown.toFixed(2)}
        </output>
        <button type="button" disabled={threshold === null} onClick={() => tryThreshold(null)}>
          reset
        </button>
      </div>
      <ScoreTicks />
      <input
        id="threshold"
        type="range"
        min={0}
        max={1}
        step={STEP}
        value={shown}
        aria-valuetext={threshold === null ? 'as decided' : shown.toFixed(2)}
        onKeyDown={keepKey}
        onInput={({ currentTarget }) => tryThreshold(Number(currentTarget.value))}
      />
      <p class="quiet" role="status">
        {threshold === null ? 'One threshold for all classes; nothing is changed by trying.' : differenceText()}
      </p>
    </section>
  );
}

/** The keys that move a slider move the picture elsewhere. */
function keepKey(event: KeyboardEvent): void {
  if (/^(Arrow|Page|Home|End)/.test(event.key)) event.stopPropagation();
}

/** Where the scores of the picture's predictions are. */
function ScoreTicks() {
  const predictions = layeredObjects.value.filter(
    (one): one is LayeredObject & { object: PredictedObject } => one.object.of === 'prediction',
  );
  return (
    <svg class="score-ticks" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      {predictions.map(({ object, layer }) => (
        <path key={object.name} class={layer} d={`M${object.confidence * 100} 0V10`} />
      ))}
    </svg>
  );
}

/** What the threshold that is tried keeps more and less than was decided. */
function differenceText(): string {
  const changed = layeredObjects.value.filter(({ object }) => object.of === 'prediction');
  const wasKept = ({ object }: LayeredObject) => object.of === 'prediction' && object.selection.status === 'kept';
  const gained = changed.filter((one) => one.decided.status === 'kept' && !wasKept(one)).length;
  const lost = changed.filter((one) => one.decided.status !== 'kept' && wasKept(one)).length;
  const kept = changed.filter(({ decided }) => decided.status === 'kept').length;
  return `keeps ${kept} of ${changed.length}: ${gained} more and ${lost} fewer than decided${isGuessed.value ? ', by scores alone…' : ', by the whole policy'}`;
}
