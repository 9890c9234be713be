import type { LabelTile } from '../../contract/labels.ts';
import { goTo } from '../location.ts';
import { focusPlace, ring, selectTo } from './gallery-state.ts';
import { findings, outcomeText } from './label-words.ts';
import { pictureAddress } from './query.ts';
import { selected, toggleSelected } from './selection.ts';
import { TilePicture } from './tile-picture.tsx';

interface TileProps {
  readonly place: number;
  readonly column: number;
  /** Null while it is on its way. */
  readonly tile: LabelTile | null;
}

/** A label of the gallery. */
export function Tile({ place, column, tile }: TileProps) {
  const isSelected = tile?.of === 'prediction' && selected.value.has(tile.id);
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
  const onClick = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (event.shiftKey) selectTo(place);
    else goTo(address);
  };
  return (
    <>
      <a
        href={address}
        title={`${tile.name} of ${tile.fileName}`}
        tabIndex={-1}
        draggable={false}
        onClick={onClick}
        onPointerDown={(event) => !event.shiftKey && focusPlace(place)}
      >
        <TilePicture tile={tile} />
        <span class="caption">
          <b>{tile.categoryName}</b>
          {tile.of === 'prediction' && <span class="number">{tile.score.toFixed(2)}</span>}
        </span>
        <span class={`caption ${statusOf(tile)}`}>{outcomeText(tile)}</span>
      </a>
      <span class="marks">
        {findings(tile).map(({ kind, text }) => (
          <span key={kind} class={`mark ${kind}`}>
            {text}
          </span>
        ))}
      </span>
      {tile.of === 'prediction' && (
        <button
          type="button"
          class="select"
          tabIndex={-1}
          aria-pressed={isSelected}
          aria-label={`select ${tile.name}`}
          onClick={() => {
            focusPlace(place);
            toggleSelected(tile.id);
          }}
        >
          <span aria-hidden="true">✓</span>
        </button>
      )}
    </>
  );
}

const statusOf = (tile: LabelTile): string => (tile.of === 'drawn' ? 'kept' : tile.selection.status);
