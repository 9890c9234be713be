import type { LabelCounts, LabelQuery } from '../../contract/labels.ts';

/** Bounds of the three things that are counted: a class by name, bins and bands from the first to before the last. */
export interface Bounds {
  readonly category: string | null;
  readonly bins: Span;
  readonly bands: Span;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** How many labels there are by each of the three, within the bounds of the other two. */
export interface Histograms {
  readonly byClass: readonly number[];
  readonly byScore: readonly number[];
  readonly byArea: readonly number[];
}

/** Bounds of a query in whole bins and bands: those that it reaches into. A range that is none bounds nothing; the server says so. */
export function boundsOf({ category, score, area }: LabelQuery, { scoreBins, areaFromPx2 }: LabelCounts): Bounds {
  const [low, high] = endsOf(score, 1);
  const [small, large] = endsOf(area, Number.MAX_SAFE_INTEGER);
  const bandOf = (px2: number): number => areaFromPx2.filter((from) => px2 >= from).length - 1;
  // What is as near as a rounding error to the edge of a bin is at it.
  const from = Math.min(scoreBins - 1, Math.floor(low * scoreBins + 1e-9));
  return {
    category: category ?? null,
    bins: { from, to: Math.max(from + 1, Math.ceil(high * scoreBins - 1e-9)) },
    bands: { from: bandOf(small), to: bandOf(large) + 1 },
  };
}

function endsOf(range: string | undefined, most: number): readonly [low: number, high: number] {
  const [low = '', high = low] = range === undefined ? [] : range.includes('..') ? range.split('..') : [range];
  const ends = [low === '' ? 0 : Number(low), high === '' ? most : Number(high)] as const;
  return ends.every((end) => end >= 0 && end <= most) && ends[0] <= ends[1] ? ends : [0, most];
}

const within = (at: number, { from, to }: Span): boolean => at >= from && at < to;

export function histograms({ classes, scoreBins, areaFromPx2, cells }: LabelCounts, { category, bins, bands }: Bounds): Histograms {
  const byClass = classes.map(() => 0);
  const byScore = Array.from({ length: scoreBins }, () => 0);
  const byArea = areaFromPx2.map(() => 0);
  for (const [place, bin, band, labels] of cells) {
    const [ofClass, ofBins, ofBands] = [category === null || classes[place]?.name === category, within(bin, bins), within(band, bands)];
    if (ofBins && ofBands) byClass[place] = (byClass[place] ?? 0) + labels;
    if (ofClass && ofBands) byScore[bin] = (byScore[bin] ?? 0) + labels;
    if (ofClass && ofBins) byArea[band] = (byArea[band] ?? 0) + labels;
  }
  return { byClass, byScore, byArea };
}

/** A brushed span of scores as a filter; null for all. */
export const scoreFilter = ({ from, to }: Span, bins: number): string | null =>
  from === 0 && to === bins ? null : `${from === 0 ? '' : from / bins}..${to === bins ? '' : to / bins}`;

/** A brushed span of bands as a filter; areas are whole px2, so that a band ends before the next begins. */
export const areaFilter = ({ from, to }: Span, areaFromPx2: readonly number[]): string | null =>
  from === 0 && to === areaFromPx2.length
    ? null
    : `${from === 0 ? '' : areaFromPx2[from]}..${to === areaFromPx2.length ? '' : areaFromPx2[to]! - 1}`;
