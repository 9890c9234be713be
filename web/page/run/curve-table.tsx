import { useState } from 'preact/hooks';
import { Scrolls } from '../scrolls.tsx';
import type { CurvePart } from './curve-groups.ts';
import type { RunSteps } from './curve-steps.ts';
import { valueWords } from './words.ts';

/** A longer table tells nobody more. */
const ROWS = 40;

interface CurveTableProps {
  readonly title: string;
  readonly steps: RunSteps;
  readonly parts: readonly CurvePart[];
}

/** The numbers of a chart, for who cannot see it or wants to have them; of many, some at equal distances and the last. */
export function CurveTable({ title, steps, parts }: CurveTableProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="numbers" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>numbers</summary>
      {isOpen && (
        <Scrolls label={`numbers of ${title}`}>
          <table>
            <caption class="hidden-label">{title}</caption>
            <thead>
              <tr>
                <th scope="col">round</th>
                <th scope="col">step</th>
                {parts.map(({ name, label }) => (
                  <th scope="col" class="number" key={name}>
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rowsOf(steps).map((at) => (
                <tr key={at}>
                  <td>{steps.places[at]?.round}</td>
                  <td>{steps.places[at]?.step}</td>
                  {parts.map(({ name }) => (
                    <td class="number" key={name}>
                      {valueWords(steps.values.get(name)?.[at])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolls>
      )}
    </details>
  );
}

/** Places that have values, newest first. */
function rowsOf({ steps, values }: RunSteps): number[] {
  const told = steps.flatMap((_, at) => ([...values.values()].some((list) => list[at] !== null) ? [at] : [])).reverse();
  const every = Math.ceil(told.length / ROWS);
  return told.filter((_, number) => number % every === 0);
}
