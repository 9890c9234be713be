import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Rle, rle, type Size } from '../../../core/index.ts';
import type { CategoryFacts } from '../../contract/verdicts.ts';
import { addressOf, goTo, place } from '../location.ts';
import { categoryName, loadCategories } from './categories.ts';
import { CategoryPicker } from './category-picker.tsx';
import { DecisionButtons } from './decision-buttons.tsx';
import { DecisionHistory } from './decision-history.tsx';
import type { Entry, Write } from './decision-queue.ts';
import { decide, decisions } from './decisions.ts';
import { editing, stopEditing } from './editing.ts';
import { object } from './objection.ts';
import { RejectPicture } from './reject-picture.tsx';
import type { Said } from './said-labels.ts';
import { SignatureFields } from './signature-fields.tsx';
import './unsaved-mask.ts';
import { useKeys } from './use-keys.ts';
import './decide.css';

/** A label that is looked at: `p12` or `d3`; what is named otherwise nobody decides about. */
export interface DecidedLabel {
  readonly name: string;
  readonly category: number;
  /** COCO's compressed run lengths, at the size of the picture. */
  readonly mask: string;
  /** What the server says that a person said of it. */
  readonly verdict?: Said['verdict'] | null;
}

interface DecisionPanelProps {
  readonly label: DecidedLabel | null;
  readonly image: { readonly id: number } & Size;
  /** What the server has told of both, as a number of the queue's writes. */
  readonly known: number;
  /** Whether the label that is shown is being left: then nothing is decided. */
  readonly isLeaving: () => boolean;
  /** Goes to the next label. */
  readonly next: () => void;
  /** Does not go there, because a decision was taken back. */
  readonly stay: () => void;
  /** Something was written: what is shown of the picture may be another now. */
  readonly written: () => void;
}

/** Where a decision was made, so that taking it back leads there. */
const decidedAt = new Map<string, string>();

/** Decides about the label and the picture that are looked at. */
export function DecisionPanel({ label, image, known, isLeaving, next, stay, written }: DecisionPanelProps) {
  const [drawing, setDrawing] = useState(false);
  const named = label !== null && /^[pd]\d+$/.test(label.name) ? label : null;
  useEffect(loadCategories, []);
  useEffect(() => stopEditing, [image.id]);
  useWritten(written);
  useStageFocus();
  const decided = (entry: Entry, goesOn: boolean) => {
    decidedAt.set(entry.key, addressOf(place.value.path, place.value.query));
    if (goesOn) next();
  };
  const undone = ({ key }: Entry) => {
    stay();
    const address = decidedAt.get(key);
    if (address !== undefined) goTo(address);
  };
  const mayDecide = () => {
    if (editing.value !== null) return false;
    if (isLeaving()) object('The next label is on its way: decide once it is shown.');
    return !isLeaving();
  };
  const edit = () => named !== null && mayDecide() && beginEdit(named, image, (entry) => decided(entry, true));
  const draw = () => mayDecide() && setDrawing(true);
  useKeys([
    { key: 'e', does: 'edit the mask', act: edit },
    { key: 'n', does: 'draw a new object', act: draw },
  ]);
  const said = named === null ? undefined : decisions.said(named.name, known);
  return (
    <section class="decision-panel" aria-label="decide">
      <DecisionButtons
        names={named === null ? [] : [named.name]}
        verdict={said?.verdict ?? named?.verdict ?? null}
        mayDecide={mayDecide}
        decided={(entry) => decided(entry, true)}
        undone={undone}
      />
      <span class="decision-buttons">
        <button type="button" disabled={named === null} onClick={edit}>
          edit mask <kbd>e</kbd>
        </button>
        <button type="button" onClick={draw}>
          draw new <kbd>n</kbd>
        </button>
        <RejectPicture image={image.id} mayDecide={mayDecide} decided={(entry) => decided(entry, false)} />
        <DecisionHistory />
      </span>
      {said !== undefined && <p class="quiet">{saidText(said)}</p>}
      <SignatureFields />
      {drawing && (
        <CategoryPicker
          title="class of the new object"
          pick={(category) => beginDrawing(category, image, (entry) => decided(entry, false))}
          close={() => setDrawing(false)}
        />
      )}
    </section>
  );
}

function beginEdit({ name, category, mask }: DecidedLabel, { width, height }: Size, decided: (entry: Entry) => void): void {
  const keep = (counts: readonly number[]) => decided(decide({ kind: 'redraw', id: name, category, mask: counts }));
  editing.value = { title: `mask of ${name}`, mask: rle.fromString({ width, height }, mask), keep };
}

function beginDrawing({ id, name }: CategoryFacts, image: DecisionPanelProps['image'], decided: (entry: Entry) => void): void {
  const keep = (counts: readonly number[]) => decided(decide({ kind: 'draw', image: image.id, category: id, mask: counts }));
  editing.value = { title: `new ${name}`, mask: emptyMask(image), keep };
}

const emptyMask = ({ width, height }: Size): Rle => ({ size: { width, height }, counts: Uint32Array.of(width * height) });

/** Who begins to draw, or ends it, looks at the picture: no button that was pressed for it takes the keys, and none that is gone loses them. */
function useStageFocus(): void {
  const wasDrawing = useRef(false);
  useSignalEffect(() => {
    const isDrawing = editing.value !== null;
    if (isDrawing !== wasDrawing.current) document.querySelector<HTMLElement>('.canvas-stage')?.focus({ preventScroll: true });
    wasDrawing.current = isDrawing;
  });
}

/** So long nobody decided anything: then what is shown may be asked for anew without being in the way of the next step. */
const QUIET_MS = 2000;

/**
 * Tells of what was written: at once where the picture has other masks now, and once there is time for it where a label has another
 * verdict or class, which is said here meanwhile. While a mask is drawn it waits.
 */
function useWritten(written: () => void): void {
  const [heard] = useState(() => ({ writes: decisions.writes.peek() }));
  const latest = useRef(written);
  latest.current = written;
  useSignalEffect(() => {
    const writes = decisions.writes.value;
    if (writes === heard.writes || editing.value !== null) return;
    const tell = () => {
      heard.writes = writes;
      latest.current();
    };
    const timer = setTimeout(tell, changesMasks(decisions.lastWrite) ? 0 : QUIET_MS);
    return () => clearTimeout(timer);
  });
}

const changesMasks = (write: Write | null): boolean =>
  write === null || write.does === 'undo' || ['redraw', 'draw', 'reject-image'].includes(write.entry.decision.kind);

const saidText = (said: Said): string => (said.verdict === 'corrected' ? `now ${categoryName(said.category)}` : `${said.verdict} just now`);
