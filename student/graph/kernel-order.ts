/**
 * Weights in the order of the file and in that of TF.js:
 *   Conv           [out, in, kh, kw]      [kh, kw, in, out]
 *   depthwise      [C * n, 1, kh, kw]     [kh, kw, C, n]
 *   ConvTranspose  [in, out, kh, kw]      [kh, kw, out, in]
 * All three are one permutation of four axes: the first two go last, turned about. Other weights have no other order.
 */

/** How a node uses a weight. */
export type WeightUse = { readonly kind: 'dense' } | { readonly kind: 'depthwise'; readonly channels: number };

/** The shape in TF.js of a weight of the file's `dims`. */
export function kernelShape(dims: readonly number[], use: WeightUse): readonly number[] {
  if (dims.length !== 4) return dims;
  const [first, second, height, width] = dims as readonly [number, number, number, number];
  return use.kind === 'depthwise' ? [height, width, use.channels, first / use.channels] : [height, width, second, first];
}

/** Elements of a weight of the file's `dims` in TF.js order. */
export function toKernelOrder(values: Float32Array, dims: readonly number[]): Float32Array {
  if (dims.length !== 4) return values;
  const result = new Float32Array(values.length);
  let kernelAt = 0;
  for (const fileAt of fileOrder(dims)) result[kernelAt++] = values[fileAt] as number;
  return result;
}

/** Undoes {@link toKernelOrder}, bit for bit. */
export function fromKernelOrder(values: Float32Array, dims: readonly number[]): Float32Array {
  if (dims.length !== 4) return values;
  const result = new Float32Array(values.length);
  let kernelAt = 0;
  for (const fileAt of fileOrder(dims)) result[fileAt] = values[kernelAt++] as number;
  return result;
}

/** Where in the file each element lies, in TF.js order. */
function* fileOrder([first, second, height, width]: readonly number[]): Generator<number> {
  for (let tap = 0; tap < height * width; tap++)
    for (let inner = 0; inner < second; inner++)
      for (let outer = 0; outer < first; outer++) yield (outer * second + inner) * height * width + tap;
}
