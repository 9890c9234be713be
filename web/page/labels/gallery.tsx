import { untracked, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { bindKeys, type KeyBinding } from '../keys.ts';
import { Problem } from '../loading.tsx';
import {
  beginList,
  extendRing,
  focusPlace,
  leaveGallery,
  moveRing,
  nameRing,
  openRing,
  ring,
  scroll,
  source,
  toggleRing,
  wantSeen,
} from './gallery-state.ts';
import { asked, labelInAddress } from './query.ts';
import { clearSelected } from './selection.ts';
import { Tile } from './tile.tsx';
import { masksShown } from './tile-picture.tsx';

/** All labels of a query, of which only the rows that are seen are in the document. */
export function Gallery() {
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => scroll.attach(grid.current as HTMLDivElement), []);
  useEffect(() => bindKeys(keysOf(() => grid.current?.focus({ preventScroll: true }))), []);
  useSignalEffect(() => {
    void asked.value;
    untracked(() => beginList(labelInAddress.value));
  });
  useSignalEffect(() => {
    scroll.labels.value = source.length.value?.labels ?? 0;
  });
  useSignalEffect(() => {
    void [scroll.range.value, scroll.layout.value, scroll.labels.value];
    untracked(wantSeen);
  });
  useSignalEffect(() => {
    void source.arrivals.value;
    untracked(() => ring.value >= 0 && nameRing());
  });
  useEffect(() => leaveGallery, []);
  const place = ring.value;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table lays out all of its rows
    <div
      ref={grid}
      class={source.waiting.value ? 'gallery waiting' : 'gallery'}
      aria-busy={source.waiting.value}
      role="grid"
      tabIndex={0}
      aria-label="labels"
      aria-multiselectable="true"
      aria-rowcount={scroll.rows.value}
      aria-colcount={scroll.layout.value.columns}
      aria-activedescendant={place >= 0 && isDrawn(place) ? `label-${place}` : undefined}
    >
      <Empty />
      <Rows />
    </div>
  );
}

function isDrawn(place: number): boolean {
  const { first, count } = scroll.range.value;
  const row = Math.floor(place / scroll.layout.value.columns);
  return row >= first && row < first + count;
}

function Empty() {
  if (source.problem.value) return <Problem error={source.problem.value} />;
  if (source.length.value?.labels !== 0) return null;
  return <p class="quiet">No labels match these filters. Take one away, or widen a range.</p>;
}

/** As many rows as are seen; those that scroll out come in again at the other end. */
function Rows() {
  const { first, count } = scroll.range.value;
  const { columns, tile, rowHeight } = scroll.layout.value;
  void source.arrivals.value;
  const sizes = { height: `${scroll.height.value}px`, '--tile': `${tile}px`, '--columns': String(columns) };
  return (
    <div class="rows" role="presentation" style={sizes}>
      {Array.from({ length: count }, (_, at) => first + at).map((row) => (
        // biome-ignore lint/a11y/useSemanticElements: a table lays out all of its rows
        // biome-ignore lint/a11y/useFocusableInteractive: its cells are
        <div
          key={row % count}
          class="tile-row"
          role="row"
          aria-rowindex={row + 1}
          style={{ transform: `translateY(${row * rowHeight + scroll.shift.value}px)` }}
        >
          {placesOf(row, columns).map((place, column) => (
            <Tile key={column} place={place} column={column} tile={source.tile(place)} />
          ))}
        </div>
      ))}
    </div>
  );
}

const placesOf = (row: number, columns: number): number[] =>
  Array.from({ length: Math.min(columns, scroll.labels.value - row * columns) }, (_, column) => row * columns + column);

function keysOf(focusGrid: () => void): KeyBinding[] {
  const key = (name: string, does: string, act: () => void): KeyBinding => ({
    key: name,
    does,
    act: () => {
      focusGrid();
      act();
    },
  });
  const columns = () => scroll.layout.value.columns;
  const page = () => columns() * scroll.rowsSeen;
  return [
    key('ArrowRight', 'next label', () => moveRing(1)),
    key('ArrowLeft', 'label before', () => moveRing(-1)),
    key('ArrowDown', 'a row down', () => moveRing(columns())),
    key('ArrowUp', 'a row up', () => moveRing(-columns())),
    key('PageDown', 'what is below', () => moveRing(page())),
    key('PageUp', 'what is above', () => moveRing(-page())),
    key('Home', 'first label', () => focusPlace(0)),
    key('End', 'last label', () => focusPlace(scroll.labels.value - 1)),
    key('Enter', 'open the label', openRing),
    key('x', 'select the label, or not', toggleRing),
    key('Shift+ArrowRight', 'select also the next', () => extendRing(1)),
    key('Shift+ArrowLeft', 'select also the one before', () => extendRing(-1)),
    key('Shift+ArrowDown', 'select also a row down', () => extendRing(columns())),
    key('Shift+ArrowUp', 'select also a row up', () => extendRing(-columns())),
    key('Escape', 'select nothing', clearSelected),
    key('m', 'masks on, or off', () => {
      masksShown.value = !masksShown.value;
    }),
  ];
}
