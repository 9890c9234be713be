const word = new Float32Array(1);
const bits = new Uint32Array(word.buffer);

/** A number as the nearest half-precision one, in its 16 bits; a tie goes to the even neighbour, what is too large to infinity. */
export function toFloat16(value: number): number {
  word[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = bits[0] & 0x7fffffff;
  if (magnitude >= 0x47800000) return magnitude > 0x7f800000 ? sign | 0x7e00 : sign | 0x7c00;
  if (magnitude < 0x38800000) return sign | subnormal(magnitude);
  // Exponents differ by 112; adding just below half of what is dropped rounds, and the kept bit decides ties.
  const rounded = magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1);
  return sign | (rounded >>> 13);
}

/** Half precision counts in steps of 2^-24 here. */
function subnormal(magnitude: number): number {
  bits[0] = magnitude;
  const steps = word[0] * 2 ** 24;
  const floor = Math.floor(steps);
  const rest = steps - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** The number that 16 bits of half precision stand for. */
export function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let table: Float32Array | undefined;

/** Half-precision numbers, given as their bits, in single precision. */
export function float16Values(halves: Uint16Array): Float32Array {
  const values = table ?? Float32Array.from({ length: 65536 }, (_, half) => fromFloat16(half));
  table = values;
  return Float32Array.from(halves, (half) => values[half]);
}
