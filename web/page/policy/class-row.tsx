import { useEffect, useRef } from 'preact/hooks';
import type { PolicyClass, ThresholdAnswer } from '../../contract/policy.ts';
import { classColor } from '../mask-paint.ts';
import { ExpectedShare } from './expected-share.tsx';
import { KeptCount } from './kept-count.tsx';
import { thresholdOf } from './moved-thresholds.ts';
import type { PolicyState } from './policy-state.ts';
import { ThresholdSlider } from './threshold-slider.tsx';

interface ClassRowProps {
  readonly of: PolicyClass;
  readonly state: PolicyState;
  readonly answer: ThresholdAnswer['classes'][number] | undefined;
  readonly isChosen: boolean;
}

/** A class: its slider, and what the slider keeps. */
export function ClassRow({ of, state, answer, isChosen }: ClassRowProps) {
  const threshold = thresholdOf(state.moved.value, of);
  return (
    <tr class={isChosen ? 'chosen' : ''}>
      <th scope="row">
        <button type="button" class="class-name" aria-pressed={isChosen} onClick={() => state.chooseClass(of.category)}>
          <ClassSwatch classIndex={of.classIndex} />
          {of.name}
        </button>
      </th>
      <td class="slider">
        <ThresholdSlider
          name={of.name}
          threshold={threshold}
          before={Math.min(1, of.threshold)}
          histogram={of.histogram}
          move={(to) => state.moveOne(of, to)}
          choose={() => state.chooseClass(of.category)}
        />
      </td>
      <td>
        <KeptCount counts={answer} />
      </td>
      <td>
        <ExpectedShare of="expected precision" interval={answer?.expected?.pseudoPrecision} />
      </td>
      <td>
        <ExpectedShare of="expected recall" interval={answer?.expected?.pseudoRecall} />
      </td>
    </tr>
  );
}

/** The colour of a class. */
export function ClassSwatch({ classIndex }: { readonly classIndex: number }) {
  const swatch = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    // The policy of the page allows no style in its markup, but from its script.
    if (swatch.current) swatch.current.style.background = `rgb(${classColor(classIndex).join(' ')})`;
  }, [classIndex]);
  return <span ref={swatch} class="class-swatch" aria-hidden="true" />;
}
