/** What of the outside world is opened. */
export interface DataLimits {
  /** Pictures with more pixels are refused by their header, before anything is decoded. */
  readonly maxPixels: number;
  /** Whether names and links may lead out of the folder of pictures. */
  readonly allowOutside: boolean;
}

/** 100 megapixels; nothing outside. */
export const DEFAULT_LIMITS: DataLimits = { maxPixels: 100_000_000, allowOutside: false };
