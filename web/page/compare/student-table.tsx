import type { ComparedClass, Comparison } from '../../contract/compare.ts';
import { ClassSwatch } from '../policy/class-row.tsx';
import { Scrolls } from '../scrolls.tsx';
import { ApChange } from './ap-change.tsx';

const COLUMNS = [
  { ap: 'maskAp', words: 'mask AP' },
  { ap: 'maskAp50', words: 'at IoU 0.5' },
  { ap: 'boxAp', words: 'box AP' },
] as const;

/** What the students of both rounds are worth on validation pictures, class by class. */
export function StudentTable({ comparison: { from, to, classes } }: { readonly comparison: Comparison }) {
  const known = classes.filter((one) => one.from.measured !== null || one.to.measured !== null);
  if (known.length === 0)
    return <p class="quiet">Not known: no student of these rounds was measured yet, or by a version that did not keep it.</p>;
  return (
    <Scrolls label="students by class">
      <table class="student-table">
        <thead>
          <tr>
            <th scope="col">class</th>
            {COLUMNS.map(({ ap, words }) => (
              <th key={ap} scope="col" class="number">
                {words}, round {from.round} → {to.round}
              </th>
            ))}
            <th scope="col" class="number">
              objects to find
            </th>
          </tr>
        </thead>
        <tbody>
          {known.map((one) => (
            <ClassLine key={one.category} of={one} />
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

function ClassLine({ of: { name, classIndex, from, to } }: { readonly of: ComparedClass }) {
  return (
    <tr>
      <th scope="row">
        <ClassSwatch classIndex={classIndex} />
        {name}
      </th>
      {COLUMNS.map(({ ap }) => (
        <td key={ap} class="number">
          <ApChange from={from.measured?.[ap] ?? null} to={to.measured?.[ap] ?? null} />
        </td>
      ))}
      <td class="number">{(to.measured ?? from.measured)?.truths}</td>
    </tr>
  );
}
