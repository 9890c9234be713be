import { useState } from 'preact/hooks';
import type { CategoryFacts, Decision } from '../../contract/verdicts.ts';
import { CategoryPicker } from './category-picker.tsx';
import type { Entry } from './decision-queue.ts';
import { ACCEPT_IS_FOR_PREDICTIONS, labelCount } from './decision-text.ts';
import { decide, decisions } from './decisions.ts';
import { editing } from './editing.ts';
import { isHeldDown } from './held-key.ts';
import { object } from './objection.ts';
import { useKeys } from './use-keys.ts';

interface DecisionButtonsProps {
  /** Labels that are decided about, by name; none where nothing is looked at. */
  readonly names: readonly string[];
  /** What is shown of a label that is alone; null for nothing. */
  readonly verdict: string | null;
  /** Whether what is shown can be decided about now; says why not. */
  readonly mayDecide: () => boolean;
  /** Goes on: the decision is on its way. */
  readonly decided: (entry: Entry) => void;
  readonly undone: (entry: Entry) => void;
}

/** What can be said of labels with a key: right, wrong, of another class. */
export function DecisionButtons({ names, verdict, mayDecide, decided, undone }: DecisionButtonsProps) {
  const [choosing, setChoosing] = useState<readonly string[] | null>(null);
  const canDecide = names.length > 0;
  const areDrawn = names.some((name) => name.startsWith('d'));
  const say = (decision: Decision) => {
    if (!isHeldDown() && mayDecide()) decided(decide(decision));
  };
  const judge = (kind: keyof typeof JUDGED) => {
    if (!canDecide || isHeldDown() || !mayDecide()) return;
    const before = verdict === JUDGED[kind] ? saidAlone(names, verdict) : undefined;
    if (before !== undefined) object(`${names[0]} is ${verdict} already.`);
    decided(before ?? decide({ kind, ids: names }));
  };
  const accept = () => (areDrawn ? object(ACCEPT_IS_FOR_PREDICTIONS) : judge('accept'));
  const reject = () => judge('reject');
  const change = () => canDecide && mayDecide() && setChoosing(names);
  const undo = () => {
    const entry = editing.value === null && !isHeldDown() ? decisions.undoLast() : undefined;
    if (entry !== undefined) undone(entry);
  };
  const relabel = (ids: readonly string[], { id }: CategoryFacts) => say({ kind: 'relabel', ids, category: id });
  useKeys([
    { key: 'a', does: 'accept', act: accept },
    { key: 'r', does: 'reject', act: reject },
    { key: 'c', does: 'change the class', act: change },
    { key: 'u', does: 'undo the last decision', act: undo },
  ]);
  return (
    <>
      <span class="decision-buttons">
        <button type="button" class="accept" disabled={!canDecide} aria-disabled={areDrawn} onClick={accept}>
          accept <kbd>a</kbd>
        </button>
        <button type="button" class="reject" disabled={!canDecide} onClick={reject}>
          reject <kbd>r</kbd>
        </button>
        <button type="button" disabled={!canDecide} onClick={change}>
          class <kbd>c</kbd>
        </button>
        <button type="button" onClick={undo}>
          undo <kbd>u</kbd>
        </button>
      </span>
      {choosing !== null && (
        <CategoryPicker
          title={`class of ${choosing.length === 1 ? choosing[0] : labelCount(choosing.length)}`}
          pick={(category) => relabel(choosing, category)}
          close={() => setChoosing(null)}
        />
      )}
    </>
  );
}

const JUDGED = { accept: 'accepted', reject: 'rejected' } as const;

/** The decision that was made here about one label and says the same: it is not written again. */
function saidAlone([name, ...more]: readonly string[], verdict: string): Entry | undefined {
  if (name === undefined || more.length > 0 || decisions.said(name)?.verdict !== verdict) return undefined;
  return decisions.entryOn(name);
}
