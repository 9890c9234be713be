import { useMemo, useState } from 'preact/hooks';
import type { PolicyFacts, ThresholdAnswer } from '../../contract/policy.ts';
import { ClassRow } from './class-row.tsx';
import { ExpectedShare } from './expected-share.tsx';
import { KeptCount } from './kept-count.tsx';
import type { PolicyState } from './policy-state.ts';
import { ThresholdSlider } from './threshold-slider.tsx';

interface SlidersProps {
  readonly state: PolicyState;
  readonly facts: PolicyFacts;
  readonly answer: ThresholdAnswer | null;
  /** Id of the class whose examples are shown. */
  readonly chosen: number | null;
}

/** From so many classes on there is a field to find one. */
const MANY = 12;

/** A slider a class, and one for all of them. */
export function Sliders({ state, facts, answer, chosen }: SlidersProps) {
  const [sought, seek] = useState('');
  const shown = facts.classes.filter(({ name }) => name.toLowerCase().includes(sought.toLowerCase()));
  const answers = new Map(answer?.classes.map((one) => [one.category, one]));
  return (
    <div class="panel scrolls">
      {facts.classes.length > MANY && (
        <label class="row">
          find a class <input type="search" value={sought} onInput={({ currentTarget }) => seek(currentTarget.value)} />
        </label>
      )}
      <table class="sliders">
        <thead>
          <tr>
            <th scope="col">class</th>
            <th scope="col">threshold, over the scores of the round</th>
            <th scope="col">labels kept</th>
            <th scope="col">precision expected</th>
            <th scope="col">recall expected</th>
          </tr>
        </thead>
        <tbody>
          <AllRow state={state} facts={facts} answer={answer} />
          {shown.map((one) => (
            <ClassRow key={one.category} of={one} state={state} answer={answers.get(one.category)} isChosen={one.category === chosen} />
          ))}
        </tbody>
      </table>
      {shown.length === 0 && <p class="quiet">no class has that in its name</p>}
    </div>
  );
}

function AllRow({ state, facts: { classes }, answer }: Omit<SlidersProps, 'chosen'>) {
  const histogram = useMemo(() => sumOf(classes.map((one) => one.histogram)), [classes]);
  const first = classes[0]?.threshold ?? 0.5;
  const common = classes.every(({ threshold }) => threshold === first) ? first : null;
  return (
    <tr class="all">
      <th scope="row">all classes</th>
      <td class="slider">
        <ThresholdSlider
          name="all classes"
          threshold={state.moved.value.all ?? Math.min(1, common ?? median(classes.map(({ threshold }) => threshold)))}
          before={common}
          histogram={histogram}
          move={(to) => state.moveAll(to)}
        />
      </td>
      <td>
        <KeptCount counts={answer?.overall} />
      </td>
      <td>
        <ExpectedShare of="expected precision" interval={answer?.overall.expected?.pseudoPrecision} />
      </td>
      <td>
        <ExpectedShare of="expected recall" interval={answer?.overall.expected?.pseudoRecall} />
      </td>
    </tr>
  );
}

function sumOf(histograms: readonly (readonly number[])[]): readonly number[] {
  const bins = Math.max(0, ...histograms.map(({ length }) => length));
  return Array.from({ length: bins }, (_, bin) => histograms.reduce((sum, one) => sum + (one[bin] ?? 0), 0));
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0.5;
