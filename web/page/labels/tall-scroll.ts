/** Browsers cut off elements that are taller than some ten million pixels. */
export const TALLEST_PX = 8_000_000;

/** Where a view of a tall list is: px from its begin, and what the browser's scroll bar says. They are the same for lists that are not taller than browsers can. */
export interface Scrolled {
  readonly top: number;
  readonly bar: number;
}

/** Heights in px: of the whole list, and of the part that is seen. */
export interface Heights {
  readonly list: number;
  readonly seen: number;
}

/** Height of the element that the browser scrolls. */
export const scrolledHeight = ({ list }: Pick<Heights, 'list'>): number => Math.min(list, TALLEST_PX);

const clamped = (value: number, most: number): number => Math.min(Math.max(0, value), Math.max(0, most));

/** The bar at the place where it is true to the whole. */
export function scrolledTo(top: number, heights: Heights): Scrolled {
  const most = heights.list - heights.seen;
  const place = clamped(top, most);
  if (heights.list <= TALLEST_PX) return { top: place, bar: place };
  return { top: place, bar: (place / most) * (TALLEST_PX - heights.seen) };
}

/**
 * Where the view is after the browser scrolled: by as many px as it did for small ways, as of a wheel; for long ones, as of a dragged bar,
 * where the bar says.
 */
export function afterScroll({ top, bar }: Scrolled, newBar: number, heights: Heights): Scrolled {
  if (heights.list <= TALLEST_PX) return { top: newBar, bar: newBar };
  const most = heights.list - heights.seen;
  const way = newBar - bar;
  const end = TALLEST_PX - heights.seen;
  if (newBar <= 0 || newBar >= end - 1) return { top: newBar <= 0 ? 0 : most, bar: newBar };
  if (Math.abs(way) > 2 * heights.seen) return { top: (newBar / end) * most, bar: newBar };
  return { top: clamped(top + way, most), bar: newBar };
}

/** Whether the bar stands so near its end that small ways would come to it before the list does. */
export const isNearEnd = ({ bar }: Scrolled, heights: Heights): boolean =>
  heights.list > TALLEST_PX && (bar < 2 * heights.seen || bar > TALLEST_PX - 3 * heights.seen);
