/**
 * One look at each number of a model's output, in AssemblyScript. `../output/scan.ts` says what it is for.
 * Rows are float32 and go on to a multiple of four.
 */

/** Whether all of them are finite. */
export function areFinite(row: usize, bytes: usize): bool {
  let zeros = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) zeros = f32x4.add(zeros, zerosOf(v128.load(row + at)));
  return areZero(zeros);
}

/** Where the row is above `highest`, takes it over there and its number into `best` (u32). Whether all of the row are finite. */
export function raise(row: usize, number: i32, highest: usize, best: usize, bytes: usize): bool {
  const numbers = i32x4.splat(number);
  let zeros = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const values = v128.load(row + at);
    const before = v128.load(highest + at);
    const above = f32x4.gt(values, before);
    v128.store(highest + at, v128.bitselect(values, before, above));
    v128.store(best + at, v128.bitselect(numbers, v128.load(best + at), above));
    zeros = f32x4.add(zeros, zerosOf(values));
  }
  return areZero(zeros);
}

/** NaN for NaN and both infinities, 0 for all else. */
function zerosOf(values: v128): v128 {
  return f32x4.sub(values, values);
}

function areZero(values: v128): bool {
  return !v128.any_true(f32x4.ne(values, f32x4.splat(0)));
}
