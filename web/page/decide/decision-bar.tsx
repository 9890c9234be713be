import { useSignalEffect } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { focusPlace, moveRing, renewSeen, ring, source } from '../labels/gallery-state.ts';
import { fullName } from '../labels/label-words.ts';
import { asked } from '../labels/query.ts';
import { clearSelected, focused, selected, selecting } from '../labels/selection.ts';
import { shownLabel } from '../labels/shown-label.ts';
import { categories, loadCategories } from './categories.ts';
import { DecisionButtons } from './decision-buttons.tsx';
import { DecisionHistory } from './decision-history.tsx';
import { DecisionNotes } from './decision-notes.tsx';
import type { Entry, Write } from './decision-queue.ts';
import { labelCount } from './decision-text.ts';
import { decisions } from './decisions.ts';
import { object } from './objection.ts';
import { QueryDecision } from './query-decision.tsx';
import { namesOf } from './said-labels.ts';
import { SignatureFields } from './signature-fields.tsx';
import './decide.css';

/** Where in the list a decision was made, so that taking it back leads there. */
const decidedAt = new Map<string, number>();

/** Decides about the labels of the gallery: those that are selected, or else the one that has the focus, or all of the query. */
export function DecisionBar() {
  useEffect(loadCategories, []);
  useRenewal();
  const many = selected.value.size;
  const names = many > 0 ? [...selected.value] : focused.value === null ? [] : [focused.value];
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
      <span class="count">{chosenText(names)}</span>
      <DecisionButtons names={names} verdict={verdictOf(names)} mayDecide={mayDecide} decided={goOn} undone={goBack} />
      <span class="decision-buttons">
        <QueryDecision query={asked.value} />
        <DecisionHistory />
      </span>
      <SignatureFields />
      <DecisionNotes />
    </section>
  );
}

function chosenText([first]: readonly string[]): string {
  if (selecting.value !== null) return `selecting ${labelCount(selecting.value.labels)}…`;
  return selected.value.size > 0 ? `${labelCount(selected.value.size)} selected` : (first ?? 'no label chosen');
}

/** What the gallery shows of the label that the ring is on, where it is alone. */
function verdictOf(names: readonly string[]): string | null {
  void source.arrivals.value;
  const tile = source.tile(ring.value);
  if (tile === null || names.length !== 1 || names[0] !== fullName(tile)) return null;
  return shownLabel(tile, decisions.said(tile.name, source.knownAt(ring.value)), categories.value).verdict;
}

function mayDecide(): boolean {
  if (selecting.peek() === null) return true;
  object('The labels are still being selected: decide once they are.');
  return false;
}

/** What is decided about labels by name is seen at once; what else was written shows when the labels are asked for again. */
function useRenewal(): void {
  const [heard] = useState(() => ({ writes: decisions.writes.peek() }));
  useSignalEffect(() => {
    const writes = decisions.writes.value;
    if (writes === heard.writes) return;
    heard.writes = writes;
    if (isUnseen(decisions.lastWrite)) renewSeen();
  });
}

const isUnseen = (write: Write | null): boolean => write === null || write.does === 'undo' || namesOf(write.entry.decision).length === 0;
