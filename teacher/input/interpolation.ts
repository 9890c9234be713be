import { roundHalfEven } from './rounding.ts';

/** OpenCV's fixed point: weights have 11 bits. */
const WEIGHT_ONE = 2048;

/** Which two source pixels each target pixel lies between, and their weights, which sum to WEIGHT_ONE. */
export interface Interpolation {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly lowWeight: Int32Array;
  readonly highWeight: Int32Array;
}

/** Half-pixel centres, no antialiasing, clamped at the edges: cv2.INTER_LINEAR, down to its float32 positions. */
export function interpolation(source: number, target: number): Interpolation {
  const taps = {
    low: new Int32Array(target),
    high: new Int32Array(target),
    lowWeight: new Int32Array(target),
    highWeight: new Int32Array(target),
  };
  const step = 1 / (target / source);
  for (let at = 0; at < target; at++) {
    const position = Math.fround((at + 0.5) * step - 0.5);
    const floor = Math.floor(position);
    const fraction = Math.fround(position - floor);
    taps.low[at] = Math.max(0, Math.min(source - 1, floor));
    taps.high[at] = Math.max(0, Math.min(source - 1, floor + 1));
    taps.lowWeight[at] = roundHalfEven(Math.fround(1 - fraction) * WEIGHT_ONE);
    taps.highWeight[at] = roundHalfEven(fraction * WEIGHT_ONE);
  }
  return taps;
}
