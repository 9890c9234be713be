/** Where a pixel of the result lies in the input, by ONNX's names. */
export type Place = 'half_pixel' | 'pytorch_half_pixel' | 'half_pixel_symmetric' | 'asymmetric' | 'align_corners';
/** Which pixel is nearest. */
export type Round = 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';

export type Resampling =
  | { readonly mode: 'nearest'; readonly place: Place; readonly round: Round }
  | { readonly mode: 'linear'; readonly place: Place };

/** Shares of each pixel of an axis in those of the result, [length, side] row-major (ONNX, operator Resize). @param scale as the file has it */
export function resamplingMatrix(side: number, length: number, scale: number, resampling: Resampling): Float32Array {
  const matrix = new Float32Array(length * side);
  const within = (pixel: number) => Math.min(side - 1, Math.max(0, pixel));
  for (let at = 0; at < length; at++) {
    const place = placeOf(at, side, length, scale, resampling.place);
    if (resampling.mode === 'nearest') {
      matrix[at * side + within(rounded(place, resampling.round))] = 1;
      continue;
    }
    const before = Math.floor(place);
    matrix[at * side + within(before)] += before + 1 - place;
    matrix[at * side + within(before + 1)] += place - before;
  }
  return matrix;
}

function placeOf(at: number, side: number, length: number, scale: number, place: Place): number {
  const centered = (at + 0.5) / scale - 0.5;
  switch (place) {
    case 'half_pixel':
      return centered;
    case 'pytorch_half_pixel':
      return length > 1 ? centered : 0;
    case 'half_pixel_symmetric':
      // The result's length may be a rounded one; both centers stay one upon the other.
      return centered + (side / 2) * (1 - length / (scale * side));
    case 'asymmetric':
      return at / scale;
    case 'align_corners':
      return length > 1 ? (at * (side - 1)) / (length - 1) : 0;
  }
}

function rounded(place: number, round: Round): number {
  switch (round) {
    case 'floor':
      return Math.floor(place);
    case 'ceil':
      return Math.ceil(place);
    case 'round_prefer_floor':
      return Math.ceil(place - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(place + 0.5);
  }
}
