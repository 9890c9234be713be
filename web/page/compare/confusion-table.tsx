import type { Comparison } from '../../contract/compare.ts';
import { Link } from '../link.tsx';
import { Scrolls } from '../scrolls.tsx';
import { type ConfusionCell, type ConfusionLine, classConfusion } from './class-confusion.ts';
import { addressOfChange, shownChange } from './compare-state.ts';

const SHADES = 5;

/** The class of each object in the earlier round by its class in the later one; each number leads to examples. */
export function ConfusionTable({ comparison }: { readonly comparison: Comparison }) {
  const { lines, leftOut, cell } = classConfusion(comparison);
  const { from, to } = comparison;
  return (
    <Scrolls label="confusion">
      <table class="confusion">
        <caption>
          Class in round {from.round} (rows) by class in round {to.round} (columns)
        </caption>
        <thead>
          <tr>
            <td />
            {lines.map(({ category, name }) => (
              <th key={category} scope="col">
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((row) => (
            <tr key={row.category}>
              <th scope="row">{row.name}</th>
              {lines.map((column) => (
                <Cell key={column.category} before={row} now={column} cell={cell(row.category, column.category)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {leftOut > 0 && <p class="quiet">{leftOut} classes with fewer labels are left out here; the table of classes has all.</p>}
    </Scrolls>
  );
}

interface CellProps {
  readonly before: ConfusionLine;
  readonly now: ConfusionLine;
  readonly cell: ConfusionCell | null;
}

function Cell({ before, now, cell }: CellProps) {
  if (cell === null) return <td class="quiet number">{before.category === null && now.category === null ? '' : '·'}</td>;
  const { labels, kind, share } = cell;
  const change = {
    kind,
    ...(before.category === null ? {} : { before: String(before.category) }),
    ...(now.category === null ? {} : { now: String(now.category) }),
  };
  const shown = shownChange();
  const isShown = shown.kind === kind && shown.before === change.before && shown.now === change.now;
  return (
    <td class={`number shade-${Math.ceil(share * SHADES)} ${isSame(before, now) ? 'same' : 'other'}`}>
      <Link to={addressOfChange(change)} current={isShown}>
        {labels}
        <span class="hidden-label">
          {' '}
          from {before.name} to {now.name}
        </span>
      </Link>
    </td>
  );
}

const isSame = (before: ConfusionLine, now: ConfusionLine): boolean => before.category === now.category;
