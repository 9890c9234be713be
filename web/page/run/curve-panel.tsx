import { useMemo, useState } from 'preact/hooks';
import type { RunCurves } from '../../contract/run.ts';
import { CurveChart, type CurveLine, type StepRange } from './curve-chart.tsx';
import type { CurveGroup } from './curve-groups.ts';
import { runSteps } from './curve-steps.ts';
import { CurveTable } from './curve-table.tsx';
import { valueWords } from './words.ts';

interface CurvePanelProps {
  readonly group: CurveGroup;
  readonly curves: RunCurves;
  /** Names of the parts that are drawn. */
  readonly shown: ReadonlySet<string>;
  readonly show: (shown: ReadonlySet<string>) => void;
  readonly range: StepRange;
  readonly zoom: (range: StepRange) => void;
}

/** A chart whose parts can be switched, with a legend that is text, and the numbers as a table. */
export function CurvePanel({ group, curves, shown, show, range, zoom }: CurvePanelProps) {
  const { id, title, of, parts, empty } = group;
  const isSparse = of === 'validations';
  const steps = useMemo(
    () =>
      runSteps(
        curves,
        of,
        parts.map(({ name }) => name),
        !isSparse,
      ),
    [curves, group],
  );
  const [at, setAt] = useState<number | null>(null);
  const lines = parts.flatMap(({ name }, look): CurveLine[] => (shown.has(name) ? [{ name, look }] : []));
  const index = at ?? steps.steps.length - 1;
  const where = steps.places[index];
  return (
    <section class="panel curves" aria-labelledby={`curves-${id}`}>
      <div class="row">
        <h2 id={`curves-${id}`}>{title}</h2>
        <span class="quiet curve-place">{where === undefined ? '' : `round ${where.round}, step ${where.step}`}</span>
      </div>
      {steps.steps.length === 0 ? (
        <p class="quiet">{empty}</p>
      ) : (
        <>
          <CurveChart label={title} steps={steps} lines={lines} range={range} points={isSparse} zoom={zoom} point={setAt} />
          <fieldset class="curve-legend">
            <legend class="hidden-label">curves of {title}</legend>
            {parts.map(({ name, label }, look) => (
              <label key={name} class={shown.has(name) ? '' : 'quiet'}>
                <input type="checkbox" checked={shown.has(name)} onChange={() => show(toggled(shown, name))} />
                <span class={`swatch look-${look}`} aria-hidden="true" />
                {label} <span class="number">{valueWords(lastValue(steps.values.get(name), index))}</span>
              </label>
            ))}
          </fieldset>
          <CurveTable title={title} steps={steps} parts={parts} />
        </>
      )}
    </section>
  );
}

/** The value at a place, or the last one before it: what is told seldom has none at most places. */
function lastValue(values: readonly (number | null)[] = [], index: number): number | null {
  for (let at = index; at >= 0 && at > index - 20; at--) if (values[at] != null) return values[at];
  return null;
}

/** What is shown of a group where nobody said otherwise. */
export const firstParts = ({ parts }: CurveGroup): ReadonlySet<string> =>
  new Set(parts.filter(({ first }) => first).map(({ name }) => name));

function toggled(shown: ReadonlySet<string>, name: string): ReadonlySet<string> {
  return shown.has(name) ? new Set([...shown].filter((one) => one !== name)) : new Set([...shown, name]);
}
