import { useEffect, useMemo } from 'preact/hooks';
import { CHANGE_KINDS } from '../../../core/index.ts';
import type { Comparison } from '../../contract/compare.ts';
import { ChangeGallery } from '../compare/change-gallery.tsx';
import { ClassTable } from '../compare/class-table.tsx';
import { addressOfChange, CompareState, shownChange } from '../compare/compare-state.ts';
import { ConfusionTable } from '../compare/confusion-table.tsx';
import { KindTabs } from '../compare/kind-tabs.tsx';
import { RoundChoice } from '../compare/round-choice.tsx';
import { RoundTable } from '../compare/round-table.tsx';
import { StudentTable } from '../compare/student-table.tsx';
import { bindKeys } from '../keys.ts';
import { Loaded } from '../loading.tsx';
import { goTo } from '../location.ts';
import './policy.css';
import './compare.css';

const KIND_KEYS = CHANGE_KINDS.map((kind, at) => ({
  key: String(at + 1),
  does: `show labels ${kind}`,
  act: () => goTo(addressOfChange({ kind })),
}));

/** Two rounds side by side: what became of the labels of the first in the second. */
export function CompareView() {
  const state = useMemo(() => new CompareState(), []);
  useEffect(() => state.follow(), [state]);
  useEffect(() => bindKeys(KIND_KEYS), []);
  return <Loaded of={state.comparison.loading}>{(comparison) => <Rounds state={state} comparison={comparison} />}</Loaded>;
}

function Rounds({ state, comparison }: { readonly state: CompareState; readonly comparison: Comparison }) {
  return (
    <div class="compare">
      <div class="row">
        <h2>What became of the labels</h2>
        <RoundChoice comparison={comparison} />
      </div>
      <KindTabs changes={comparison.changes} />
      <section class="panel" aria-label="examples">
        <h2>{shownChange().kind}</h2>
        <Loaded of={state.examples.loading}>{(examples) => <ChangeGallery comparison={comparison} examples={examples} />}</Loaded>
      </section>
      <div class="beside">
        <section class="panel" aria-label="confusion between the rounds">
          <ConfusionTable comparison={comparison} />
        </section>
        <section class="panel" aria-label="rounds in numbers">
          <RoundTable comparison={comparison} />
        </section>
      </div>
      <section class="panel" aria-label="classes">
        <ClassTable comparison={comparison} />
      </section>
      <section class="panel" aria-label="students">
        <h2>What the students are worth, by class</h2>
        <StudentTable comparison={comparison} />
      </section>
    </div>
  );
}
