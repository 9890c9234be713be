/**
 * Rows of pictures on their way into a model's input, in AssemblyScript. `../input/input-painting.ts` and `../input/picture-rows.ts` say
 * what they are for. All numbers are addresses and counts; a function may read and write up to 64 bytes over the end of a row of
 * levels or of sums, but no value of the input that is not its own.
 */

/** Pixels of interleaved levels as float32 values of three planes. `levels` are three tables of 256 values: red, green, blue. */
export function paintFloats(source: usize, levels: usize, red: usize, green: usize, blue: usize, pixels: usize): void {
  const fours = pixels & ~3;
  const end = fours * 4;
  for (let at: usize = 0, from = source; at < end; at += 16, from += 12) {
    v128.store(red + at, fourFloats(from, levels));
    v128.store(green + at, fourFloats(from + 1, levels + 1024));
    v128.store(blue + at, fourFloats(from + 2, levels + 2048));
  }
  paintEach<f32>(source + fours * 3, levels, red + end, green + end, blue + end, pixels - fours);
}

/** As {@link paintFloats} for values of 16 bits. */
export function paintHalves(source: usize, levels: usize, red: usize, green: usize, blue: usize, pixels: usize): void {
  paintEach<u16>(source, levels, red, green, blue, pixels);
}

/** As {@link paintFloats} for values of 8 bits. */
export function paintBytes(source: usize, levels: usize, red: usize, green: usize, blue: usize, pixels: usize): void {
  paintEach<u8>(source, levels, red, green, blue, pixels);
}

/** What a table has for one channel of four pixels. */
function fourFloats(from: usize, table: usize): v128 {
  const first = v128.load32_zero(entry<f32>(table, from));
  const second = v128.load_lane<u32>(entry<f32>(table, from + 3), first, 1);
  const third = v128.load_lane<u32>(entry<f32>(table, from + 6), second, 2);
  return v128.load_lane<u32>(entry<f32>(table, from + 9), third, 3);
}

function paintEach<Value>(source: usize, levels: usize, red: usize, green: usize, blue: usize, pixels: usize): void {
  const table = (<usize>256) << alignof<Value>();
  const end = source + pixels * 3;
  for (; source < end; source += 3) {
    store<Value>(red, load<Value>(entry<Value>(levels, source)));
    store<Value>(green, load<Value>(entry<Value>(levels + table, source + 1)));
    store<Value>(blue, load<Value>(entry<Value>(levels + 2 * table, source + 2)));
    red += sizeof<Value>();
    green += sizeof<Value>();
    blue += sizeof<Value>();
  }
}

/** Where a table has the value of the level at `from`. */
function entry<Value>(table: usize, from: usize): usize {
  return table + ((<usize>load<u8>(from)) << alignof<Value>());
}

/**
 * A row at another width: sums of two pixels, 4 bytes a channel. `columns` holds 12 bytes a pixel: how many bytes into the source its left
 * and its right one are, and their weights (i16).
 */
export function stretchRow(source: usize, columns: usize, target: usize, pixels: usize): void {
  const end = columns + pixels * 12;
  for (; columns < end; columns += 12) {
    const left = v128.load32_zero(source + load<u32>(columns));
    const both = v128.load_lane<u32>(source + load<u32>(columns, 4), left, 1);
    const sideBySide = i8x16.swizzle(both, i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, -1, -1, -1, -1));
    v128.store(target, i32x4.dot_i16x8_s(sideBySide, v128.load32_splat(columns, 8)));
    target += 12;
  }
}

/** Two rows of sums as one row of levels, rounded as OpenCV does. */
export function blendRows(low: usize, high: usize, lowWeight: i32, highWeight: i32, target: usize, levels: usize): void {
  const lows = i32x4.splat(lowWeight);
  const highs = i32x4.splat(highWeight);
  const end = target + levels;
  for (; target < end; target += 16) {
    const first = i16x8.narrow_i32x4_s(fourLevels(low, high, lows, highs), fourLevels(low + 16, high + 16, lows, highs));
    const second = i16x8.narrow_i32x4_s(fourLevels(low + 32, high + 32, lows, highs), fourLevels(low + 48, high + 48, lows, highs));
    v128.store(target, i8x16.narrow_i16x8_u(first, second));
    low += 64;
    high += 64;
  }
}

function fourLevels(low: usize, high: usize, lowWeight: v128, highWeight: v128): v128 {
  const sum = i32x4.add(share(low, lowWeight), share(high, highWeight));
  return i32x4.shr_s(i32x4.add(sum, i32x4.splat(2)), 2);
}

function share(sums: usize, weight: v128): v128 {
  return i32x4.shr_s(i32x4.mul(i32x4.shr_s(v128.load(sums), 4), weight), 16);
}
