/**
 * The two passes of the resampler over interleaved RGB bytes, in AssemblyScript. `../resample.ts` says what they are for.
 *
 * Each result is a sum of neighbouring sources, its taps, weighted by integers that sum to 1 << 14. Two tables say which: `firsts`
 * holds the number of the first tap of each result (4 bytes), `weights` the weights of all its taps (i16, 2 * `pairs` a result).
 * Loads and stores may run over the end of a line by 16 bytes, and a tap of weight 0 may lie one source beyond the last.
 */
const fractionBits = 14;

/**
 * Makes each of `lines` lines, which lie `sourceBytes` apart, longer or shorter: `width` pixels.
 * Four pixels are made at a time, so that both tables have to go on to a multiple of four.
 */
export function stretchLines(
  source: usize,
  sourceBytes: usize,
  lines: usize,
  target: usize,
  width: usize,
  firsts: usize,
  weights: usize,
  pairs: usize,
): void {
  const end = firsts + width * 4;
  const weightBytes = pairs * 4;
  for (let line: usize = 0; line < lines; line++) {
    let to = target + line * width * 3;
    let weight0 = weights;
    for (let first = firsts; first < end; first += 16) {
      let from0 = source + load<usize>(first) * 3;
      let from1 = source + load<usize>(first, 4) * 3;
      let from2 = source + load<usize>(first, 8) * 3;
      let from3 = source + load<usize>(first, 12) * 3;
      let weight1 = weight0 + weightBytes;
      let weight2 = weight1 + weightBytes;
      let weight3 = weight2 + weightBytes;
      const weightEnd = weight1;
      let sum0 = half();
      let sum1 = half();
      let sum2 = half();
      let sum3 = half();
      do {
        sum0 = i32x4.add(sum0, sumOfTwoPixels(from0, weight0));
        sum1 = i32x4.add(sum1, sumOfTwoPixels(from1, weight1));
        sum2 = i32x4.add(sum2, sumOfTwoPixels(from2, weight2));
        sum3 = i32x4.add(sum3, sumOfTwoPixels(from3, weight3));
        from0 += 6;
        from1 += 6;
        from2 += 6;
        from3 += 6;
        weight0 += 4;
        weight1 += 4;
        weight2 += 4;
        weight3 += 4;
      } while (weight0 < weightEnd);
      weight0 = weight3;
      const pixels = toBytes(sum0, sum1, sum2, sum3);
      v128.store(to, i8x16.swizzle(pixels, i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1)));
      to += 12;
    }
    source += sourceBytes;
  }
}

/** Makes `lines` lines of `lineBytes` bytes out of more or fewer of them, which lie `lineBytes` apart. */
export function blendLines(
  source: usize,
  lineBytes: usize,
  target: usize,
  lines: usize,
  firsts: usize,
  weights: usize,
  pairs: usize,
): void {
  for (let line: usize = 0; line < lines; line++) {
    const top = source + load<usize>(firsts) * lineBytes;
    const end = weights + pairs * 4;
    for (let at: usize = 0; at < lineBytes; at += 16) {
      let from = top + at;
      let sum0 = half();
      let sum1 = half();
      let sum2 = half();
      let sum3 = half();
      let weight = weights;
      do {
        const upper = v128.load(from);
        const lower = v128.load(from + lineBytes);
        const left = i8x16.shuffle(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const right = i8x16.shuffle(upper, lower, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        const both = v128.load32_splat(weight);
        sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(left), both));
        sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(left), both));
        sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(right), both));
        sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(right), both));
        from += lineBytes * 2;
        weight += 4;
      } while (weight < end);
      v128.store(target + at, toBytes(sum0, sum1, sum2, sum3));
    }
    firsts += 4;
    weights = end;
    target += lineBytes;
  }
}

/** Where a sum starts, so that cutting off its fraction rounds to the nearest. */
function half(): v128 {
  return i32x4.splat(1 << (fractionBits - 1));
}

/** The weighted sum of two neighbouring pixels: red, green, blue and 0. */
function sumOfTwoPixels(from: usize, weights: usize): v128 {
  const pixels = v128.load64_zero(from);
  const sideBySide = i8x16.swizzle(pixels, i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
  return i32x4.dot_i16x8_s(sideBySide, v128.load32_splat(weights));
}

/** Cuts off the fractions of sixteen sums. */
function toBytes(sum0: v128, sum1: v128, sum2: v128, sum3: v128): v128 {
  const low = i16x8.narrow_i32x4_s(i32x4.shr_s(sum0, fractionBits), i32x4.shr_s(sum1, fractionBits));
  const high = i16x8.narrow_i32x4_s(i32x4.shr_s(sum2, fractionBits), i32x4.shr_s(sum3, fractionBits));
  return i8x16.narrow_i16x8_u(low, high);
}
