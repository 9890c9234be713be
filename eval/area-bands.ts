/** A range of areas in px2, both ends in. */
export interface AreaBand {
  readonly from: number;
  readonly to: number;
}

/** COCO's bands of areas: all, small, medium, large. */
export const areaBands: readonly [all: AreaBand, small: AreaBand, medium: AreaBand, large: AreaBand] = [
  { from: 0, to: 1e5 ** 2 },
  { from: 0, to: 32 ** 2 },
  { from: 32 ** 2, to: 96 ** 2 },
  { from: 96 ** 2, to: 1e5 ** 2 },
];

export const isInside = ({ from, to }: AreaBand, areaPx2: number): boolean => areaPx2 >= from && areaPx2 <= to;
