import { CHANGE_KINDS } from '../../../core/index.ts';
import type { Comparison } from '../../contract/compare.ts';
import { Link } from '../link.tsx';
import { addressOfChange, shownChange } from './compare-state.ts';
import { KIND_WORDS } from './kind-words.ts';

/** How many labels went which way; each leads to examples. */
export function KindTabs({ changes }: Pick<Comparison, 'changes'>) {
  const shown = shownChange();
  return (
    <nav class="kinds" aria-label="what became of the labels">
      {CHANGE_KINDS.map((kind) => (
        <Link key={kind} to={addressOfChange({ kind })} current={shown.kind === kind} class={`kind ${kind}`}>
          <strong class="number">{changes.reduce((sum, one) => sum + (one.kind === kind ? one.labels : 0), 0)}</strong>
          <span>{kind}</span>
          <small class="quiet">{KIND_WORDS[kind]}</small>
        </Link>
      ))}
    </nav>
  );
}
