/** Sides of the squares at which bands of areas begin, in px. COCO's small ends at 32, its medium at 96. */
const SIDES_PX = [16, 32, 64, 96, 192, 384] as const;

/** Bands of areas: the first ends at 16^2 px2, the last has no end. Each lies within one of COCO's sizes. */
export interface AreaBand {
  /** Least area, in px2. */
  readonly fromPx2: number;
  /** Areas are below it, in px2; null for the last. */
  readonly belowPx2: number | null;
  readonly size: 'small' | 'medium' | 'large';
}

const EDGES_PX2 = SIDES_PX.map((side) => side ** 2);

export const AREA_BANDS: readonly AreaBand[] = [0, ...EDGES_PX2].map((fromPx2, band) => ({
  fromPx2,
  belowPx2: EDGES_PX2[band] ?? null,
  size: fromPx2 < 32 ** 2 ? 'small' : fromPx2 < 96 ** 2 ? 'medium' : 'large',
}));

/** Index of the band that holds an area. */
export const areaBandOf = (areaPx2: number): number => EDGES_PX2.filter((edge) => areaPx2 >= edge).length;
