/**
 * The inner loops of the losses, in AssemblyScript. `../class-loss.ts`, `../box-distributions.ts` and `../mask-loss.ts` say what they are for.
 * All numbers are float32 and rows go on to a multiple of four; NaN in a logit is NaN in the loss.
 */

/**
 * Cross-entropy of `count` logits whose target is 0: the sum of softplus. Stores `weight` times its gradient, the sigmoid.
 * May read and write over the end by 12 bytes.
 */
export function backgroundLoss(logits: usize, count: i32, weight: f32, gradients: usize): f32 {
  const weights = f32x4.splat(weight);
  let sum = f32x4.splat(0);
  for (let left = count; left > 0; left -= 4) {
    const x = v128.load(logits);
    const e = exponential(f32x4.neg(f32x4.abs(x)));
    v128.store(gradients, f32x4.mul(weights, sigmoid(x, e)));
    sum = f32x4.add(sum, v128.and(softplus(x, e), lanesBelow(left)));
    logits += 16;
    gradients += 16;
  }
  return lanes(sum);
}

/** Softmax of each of `count` rows of `bins` logits, in place, and the mean bin of each. */
export function distributions(rows: usize, count: i32, bins: i32, means: usize): void {
  const bytes: usize = bins * 4;
  for (const end = rows + <usize>count * bytes; rows < end; rows += bytes) {
    let highest = v128.load(rows);
    for (let at: usize = 16; at < bytes; at += 16) highest = f32x4.pmax(highest, v128.load(rows + at));
    highest = highestLane(highest);
    let sum = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      const e = exponential(f32x4.sub(v128.load(rows + at), highest));
      v128.store(rows + at, e);
      sum = f32x4.add(sum, e);
    }
    const share = f32x4.splat(1 / lanes(sum));
    let places = f32x4(0, 1, 2, 3);
    let mean = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      const p = f32x4.mul(v128.load(rows + at), share);
      v128.store(rows + at, p);
      mean = f32x4.add(mean, f32x4.mul(p, places));
      places = f32x4.add(places, f32x4.splat(4));
    }
    store<f32>(means, lanes(mean));
    means += 4;
  }
}

/**
 * Half the mean cross-entropy and half the Dice loss of a mask at `count` cells: of the sigmoid of coefficients times the prototypes there.
 * `cells` holds their places in the prototypes in bytes (u32), `targets` what they should be. Stores the gradient of the `channels`
 * coefficients, a multiple of 16, and adds that of the prototypes, both times `weight`. `work` is room for `count` numbers.
 */
export function maskLoss(
  cells: usize,
  targets: usize,
  count: i32,
  coefficients: usize,
  prototypes: usize,
  channels: i32,
  weight: f32,
  work: usize,
  coefficientGradient: usize,
  prototypeGradient: usize,
): f64 {
  const bytes: usize = channels * 4;
  for (let cell: usize = 0, end: usize = count * 4; cell < end; cell += 4) {
    store<f32>(work + cell, dot(coefficients, prototypes + load<u32>(cells + cell), bytes));
  }
  const loss = logitLoss(work, targets, count, weight);
  for (let at: usize = 0; at < bytes; at += 64) {
    spread(cells, work, count, prototypes + at, prototypeGradient + at, coefficients + at, coefficientGradient + at);
  }
  return loss;
}

/** Carries the slopes of the logits on to 16 coefficients, and to as many channels of the prototypes: one line of the cache a cell. */
function spread(
  cells: usize,
  slopes: usize,
  count: i32,
  prototypes: usize,
  prototypeGradient: usize,
  coefficients: usize,
  coefficientGradient: usize,
): void {
  const c0 = v128.load(coefficients);
  const c1 = v128.load(coefficients, 16);
  const c2 = v128.load(coefficients, 32);
  const c3 = v128.load(coefficients, 48);
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (const end = cells + count * 4; cells < end; cells += 4) {
    const place = load<u32>(cells);
    const slope = v128.load32_splat(slopes);
    const prototype = prototypes + place;
    s0 = plusProduct(s0, slope, v128.load(prototype));
    s1 = plusProduct(s1, slope, v128.load(prototype, 16));
    s2 = plusProduct(s2, slope, v128.load(prototype, 32));
    s3 = plusProduct(s3, slope, v128.load(prototype, 48));
    const gradient = prototypeGradient + place;
    v128.store(gradient, plusProduct(v128.load(gradient), slope, c0));
    v128.store(gradient, plusProduct(v128.load(gradient, 16), slope, c1), 16);
    v128.store(gradient, plusProduct(v128.load(gradient, 32), slope, c2), 32);
    v128.store(gradient, plusProduct(v128.load(gradient, 48), slope, c3), 48);
    slopes += 4;
  }
  v128.store(coefficientGradient, s0);
  v128.store(coefficientGradient, s1, 16);
  v128.store(coefficientGradient, s2, 32);
  v128.store(coefficientGradient, s3, 48);
}

/** The loss of a mask's logits, and in their place its gradient, times `weight`. */
function logitLoss(logits: usize, targets: usize, count: i32, weight: f32): f64 {
  let crossEntropy = f32x4.splat(0);
  let overlap = f32x4.splat(0);
  let extent = f32x4.splat(0);
  for (let at: usize = 0, left = count; left > 0; left -= 4, at += 16) {
    const within = lanesBelow(left);
    const x = v128.load(logits + at);
    const t = v128.load(targets + at);
    const e = exponential(f32x4.neg(f32x4.abs(x)));
    const p = sigmoid(x, e);
    crossEntropy = f32x4.add(crossEntropy, v128.and(f32x4.sub(softplus(x, e), f32x4.mul(x, t)), within));
    overlap = f32x4.add(overlap, v128.and(f32x4.mul(p, t), within));
    extent = f32x4.add(extent, v128.and(f32x4.add(f32x4.mul(p, p), f32x4.mul(t, t)), within));
    v128.store(logits + at, p);
  }
  const above: f64 = 2 * lanes(overlap) + 1;
  const below: f64 = lanes(extent) + 1;
  storeSlopes(logits, targets, count, weight / 2 / <f32>count, <f32>(above / (below * below)) * weight, <f32>(1 / below) * weight);
  return lanes(crossEntropy) / 2 / <f64>count + (1 - above / below) / 2;
}

/** From probabilities p: entropyShare (p - t) + p (1 - p) (p diceShare - t overlapShare). */
function storeSlopes(probabilities: usize, targets: usize, count: i32, entropyShare: f32, diceShare: f32, overlapShare: f32): void {
  for (let at: usize = 0, left = count; left > 0; left -= 4, at += 16) {
    const p = v128.load(probabilities + at);
    const t = v128.load(targets + at);
    const ofEntropy = f32x4.mul(f32x4.sub(p, t), f32x4.splat(entropyShare));
    const ofDice = f32x4.sub(f32x4.mul(p, f32x4.splat(diceShare)), f32x4.mul(t, f32x4.splat(overlapShare)));
    const steepness = f32x4.mul(p, f32x4.sub(f32x4.splat(1), p));
    v128.store(probabilities + at, plusProduct(ofEntropy, steepness, ofDice));
  }
}

/** Of rows of a multiple of 64 bytes. */
function dot(a: usize, b: usize, bytes: usize): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (const end = a + bytes; a < end; a += 64) {
    s0 = plusProduct(s0, v128.load(a), v128.load(b));
    s1 = plusProduct(s1, v128.load(a, 16), v128.load(b, 16));
    s2 = plusProduct(s2, v128.load(a, 32), v128.load(b, 32));
    s3 = plusProduct(s3, v128.load(a, 48), v128.load(b, 48));
    b += 64;
  }
  return lanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
}

function plusProduct(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** 1 / (1 + exp(-x)), where `e` is exp(-|x|). */
function sigmoid(x: v128, e: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0))), f32x4.add(one, e));
}

/** log(1 + exp(x)), where `e` is exp(-|x|): the series of 2 atanh(e / (2 + e)), which is exact for small e too; within 2e-7, relative. */
function softplus(x: v128, e: v128): v128 {
  const s = f32x4.div(e, f32x4.add(e, f32x4.splat(2)));
  const square = f32x4.mul(s, s);
  let series = f32x4.splat(2.0 / 11.0);
  series = plusProduct(f32x4.splat(2.0 / 9.0), series, square);
  series = plusProduct(f32x4.splat(2.0 / 7.0), series, square);
  series = plusProduct(f32x4.splat(2.0 / 5.0), series, square);
  series = plusProduct(f32x4.splat(2.0 / 3.0), series, square);
  series = plusProduct(f32x4.splat(2), series, square);
  return plusProduct(f32x4.pmax(x, f32x4.splat(0)), series, s);
}

/** exp(x) of numbers that are not above 0, at least exp(-87); within 1e-7, relative. Cephes' expf (Moshier), without branches. */
function exponential(x: v128): v128 {
  x = f32x4.pmax(x, f32x4.splat(-87));
  // Rounds to a whole number, which is then in the lowest bits.
  const rounded = f32x4.add(f32x4.mul(x, f32x4.splat(<f32>Math.LOG2E)), f32x4.splat(12582912));
  const power = f32x4.sub(rounded, f32x4.splat(12582912));
  let rest = f32x4.sub(x, f32x4.mul(power, f32x4.splat(0.693359375)));
  rest = f32x4.sub(rest, f32x4.mul(power, f32x4.splat(-2.1219444e-4)));
  let series = f32x4.splat(1.98756915e-4);
  series = plusProduct(f32x4.splat(1.3981999507e-3), series, rest);
  series = plusProduct(f32x4.splat(8.3334519073e-3), series, rest);
  series = plusProduct(f32x4.splat(4.1665795894e-2), series, rest);
  series = plusProduct(f32x4.splat(1.6666665459e-1), series, rest);
  series = plusProduct(f32x4.splat(5.0000001201e-1), series, rest);
  const result = f32x4.add(plusProduct(rest, series, f32x4.mul(rest, rest)), f32x4.splat(1));
  const scale = i32x4.shl(i32x4.add(rounded, i32x4.splat(127)), 23);
  return f32x4.mul(result, scale);
}

function lanesBelow(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

function lanes(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** The highest of the four in each of them; NaN where one is. */
function highestLane(x: v128): v128 {
  const pairs = f32x4.max(x, v128.shuffle<i32>(x, x, 2, 3, 0, 1));
  return f32x4.max(pairs, v128.shuffle<i32>(pairs, pairs, 1, 0, 3, 2));
}
