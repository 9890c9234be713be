/** Sizes of the gallery in px. */
export interface GridLayout {
  readonly columns: number;
  /** Side of a thumbnail. */
  readonly tile: number;
  readonly rowHeight: number;
}

const LEAST_TILE = 148;
const GAP = 8;
/** Two lines of text below a thumbnail. */
const CAPTION = 44;

/** As many columns as fit, and tiles that fill them. */
export function gridLayout(width: number): GridLayout {
  const columns = Math.max(2, Math.floor((width + GAP) / (LEAST_TILE + GAP)));
  const tile = Math.max(40, Math.floor((width - GAP * (columns - 1)) / columns));
  return { columns, tile, rowHeight: tile + CAPTION + GAP };
}

/** Rows that are drawn: those that are seen, and some around them. */
export function rowsAround(
  top: number,
  seen: number,
  { rowHeight }: GridLayout,
  rows: number,
): { readonly first: number; readonly count: number } {
  const count = Math.ceil(seen / rowHeight) + 3;
  const first = Math.max(0, Math.min(Math.floor(top / rowHeight) - 1, rows - count));
  return { first, count: Math.min(count, rows) };
}
