import type { LabelTile } from '../../contract/labels.ts';
import { categories } from '../decide/categories.ts';
import { decisions } from '../decide/decisions.ts';
import { goTo } from '../location.ts';
import { focusPlace, ring, selectTo, source } from './gallery-state.ts';
import { findings, fullName, outcomeText } from './label-words.ts';
import { pictureAddress } from './query.ts';
import { selected, toggleSelected } from './selection.ts';
import { type ShownLabel, shownLabel } from './shown-label.ts';
import { TilePicture } from './tile-picture.tsx';

interface TileProps {
  readonly place: number;
  readonly column: number;
  /** Null while it is on its way. */
  readonly tile: LabelTile | null;
}

/** A label of the gallery. */
export function Tile({ place, column, tile }: TileProps) {
  const isSelected = tile !== null && selected.value.has(fullName(tile));
  const names = ['tile', ...(ring.value === place ? ['ringed'] : []), ...(isSelected ? ['selected'] : [])];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table lays out all of its rows
    <div
      id={`label-${place}`}
      class={names.join(' ')}
      role="gridcell"
      tabIndex={-1}
      aria-colindex={column + 1}
      aria-selected={isSelected}
      aria-label={tile ? undefined : 'loading'}
    >
      {tile && <TileContent place={place} tile={tile} isSelected={isSelected} />}
    </div>
  );
}

interface ContentProps {
  readonly place: number;
  readonly tile: LabelTile;
  readonly isSelected: boolean;
}

function TileContent({ place, tile, isSelected }: ContentProps) {
  const address = pictureAddress(tile.image, tile.name);
  const label = shownLabel(tile, decisions.said(tile.name, source.knownAt(place)), categories.value);
  const onClick = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (event.shiftKey) selectTo(place);
    else goTo(address);
  };
  // A finger that comes down may be about to scroll.
  const onPointerDown = ({ shiftKey, pointerType }: PointerEvent) => !shiftKey && pointerType !== 'touch' && focusPlace(place);
  return (
    <>
      <a
        href={address}
        title={`${tile.name} of ${tile.fileName}`}
        tabIndex={-1}
        draggable={false}
        onClick={onClick}
        onPointerDown={onPointerDown}
      >
        <TilePicture tile={tile} classIndex={label.classIndex} />
        <span class="caption">
          <b>{label.categoryName}</b>
          {tile.of === 'prediction' && <span class="number">{tile.score.toFixed(2)}</span>}
        </span>
        <span class={`caption ${statusOf(tile)}`}>{outcomeText(tile)}</span>
      </a>
      <Marks tile={tile} label={label} />
      <SelectButton place={place} name={fullName(tile)} isSelected={isSelected} />
    </>
  );
}

const statusOf = (tile: LabelTile): string => (tile.of === 'drawn' ? 'kept' : tile.selection.status);

function Marks({ tile, label: { verdict } }: { readonly tile: LabelTile; readonly label: ShownLabel }) {
  return (
    <span class="marks">
      {findings(tile, verdict).map(({ kind, text }) => (
        <span key={kind} class={`mark ${kind} ${kind === 'verdict' ? text : ''}`}>
          {text}
        </span>
      ))}
    </span>
  );
}

interface SelectButtonProps {
  readonly place: number;
  readonly name: string;
  readonly isSelected: boolean;
}

function SelectButton({ place, name, isSelected }: SelectButtonProps) {
  const select = () => {
    focusPlace(place);
    toggleSelected(name);
  };
  return (
    <button type="button" class="select" tabIndex={-1} aria-pressed={isSelected} aria-label={`select ${name}`} onClick={select}>
      <span aria-hidden="true">✓</span>
    </button>
  );
}
