import type { ClassFate, RoundClasses } from '../../contract/report.ts';
import { ClassSwatch } from '../policy/class-row.tsx';
import { countWords, spaced } from '../run/words.ts';
import { Scrolls } from '../scrolls.tsx';

/** What became of each class's predictions, a round at a time; the last round is open. */
export function ClassFates({ rounds }: { readonly rounds: readonly RoundClasses[] }) {
  if (rounds.length === 0) return <p class="quiet">Nothing has been labeled.</p>;
  return (
    <>
      {rounds.map((round, at) => (
        <details key={round.round} open={at === rounds.length - 1}>
          <summary>round {round.round}</summary>
          <FateTable of={round} />
        </details>
      ))}
    </>
  );
}

function FateTable({ of: { round, classes, leftOut } }: { readonly of: RoundClasses }) {
  const reasons = [...new Set(classes.flatMap(({ dropped }) => Object.keys(dropped)))].sort();
  const hasDrawn = classes.some(({ drawn }) => drawn > 0);
  const columns: readonly (readonly [head: string, count: (one: ClassFate) => number])[] = [
    ['human labels', ({ humanLabels }) => humanLabels],
    ['predictions', ({ predictions }) => predictions],
    ['kept', ({ kept }) => kept],
    ...(hasDrawn ? [['drawn', ({ drawn }: ClassFate) => drawn] as const] : []),
    ...reasons.map((reason) => [spaced(reason), ({ dropped }: ClassFate) => dropped[reason] ?? 0] as const),
  ];
  return (
    <Scrolls label={`classes of round ${round}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">class</th>
            {columns.map(([head]) => (
              <th scope="col" class="number" key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {classes.map((one) => (
            <tr key={one.classIndex}>
              <th scope="row">
                <ClassSwatch classIndex={one.classIndex} />
                {one.name}
              </th>
              {columns.map(([head, count]) => (
                <td class="number" key={head}>
                  {countWords(count(one))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {leftOut > 0 && <p class="quiet">{countWords(leftOut)} classes with fewer predictions are left out.</p>}
    </Scrolls>
  );
}
