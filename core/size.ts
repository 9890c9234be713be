/** Width and height in pixels. Tensor shapes are height first; a pair of bare numbers is never a size. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export const areaOf = ({ width, height }: Size): number => width * height;
export const sameSize = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height;
export const showSize = ({ width, height }: Size): string => `${width}x${height}`;
