import { useEffect } from 'preact/hooks';
import { focusPlace, moveRing, ring } from '../labels/gallery-state.ts';
import { asked } from '../labels/query.ts';
import { clearSelected, focused, selected } from '../labels/selection.ts';
import { loadCategories } from './categories.ts';
import { DecisionButtons } from './decision-buttons.tsx';
import { DecisionNotes } from './decision-notes.tsx';
import type { Entry } from './decision-queue.ts';
import { labelCount } from './decision-text.ts';
import { QueryDecision } from './query-decision.tsx';
import { WhoDecides } from './who-decides.tsx';
import './decide.css';

/** Where in the list a decision was made, so that taking it back leads there. */
const decidedAt = new Map<string, number>();

/** Decides about the labels of the gallery: those that are selected, or else the one that has the focus, or all of the query. */
export function DecisionBar() {
  useEffect(loadCategories, []);
  const many = selected.value.size;
  const names = many > 0 ? Array.from(selected.value, (id) => `p${id}`) : focused.value === null ? [] : [`p${focused.value}`];
  const goOn = ({ key }: Entry) => {
    decidedAt.set(key, ring.peek());
    if (many > 0) clearSelected();
    else moveRing(1);
  };
  const goBack = ({ key }: Entry) => {
    const place = decidedAt.get(key);
    if (place !== undefined) focusPlace(place);
  };
  return (
    <section class="decision-bar" aria-label="decide">
      <span class="count">{many > 0 ? `${labelCount(many)} selected` : (names[0] ?? 'no label chosen')}</span>
      <DecisionButtons names={names} decided={goOn} undone={goBack} />
      <QueryDecision query={asked.value} />
      <WhoDecides />
      <DecisionNotes />
    </section>
  );
}
