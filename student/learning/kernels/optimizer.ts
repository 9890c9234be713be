/**
 * The optimizer's rules in AssemblyScript, each in one pass over everything it moves. `../optimizer.ts` says what they are.
 * All numbers are float32, and every part is a multiple of four of them long; what pads it is 0 and stays 0.
 */

/** Sum of the squares of `count` numbers, a multiple of four. */
export function sumOfSquares(values: usize, count: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (const end = values + ((<usize>count) << 2); values < end; values += 16) {
    const x = v128.load(values);
    const a = f64x2.promote_low_f32x4(x);
    const b = f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 2, 3));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Adds `count` numbers to others. */
export function addTo(sums: usize, values: usize, count: i32): void {
  for (const end = values + ((<usize>count) << 2); values < end; values += 16) {
    v128.store(sums, f32x4.add(v128.load(sums), v128.load(values)));
    sums += 16;
  }
}

/**
 * One step of AdamW for `count` weights, and of their average. `scale` goes over the gradient; `rate` and `epsilon` hold the corrections
 * for the moments' start at 0; `decay` is the weight decay times the learning rate.
 */
export function adamW(
  weights: usize,
  average: usize,
  first: usize,
  second: usize,
  gradient: usize,
  count: i32,
  scale: f32,
  beta1: f64,
  beta2: f64,
  rate: f32,
  epsilon: f32,
  decay: f32,
  averageKept: f64,
): void {
  for (let at: usize = 0, end = (<usize>count) << 2; at < end; at += 16) {
    const g = f32x4.mul(v128.load(gradient + at), f32x4.splat(scale));
    const m = moving(v128.load(first + at), g, beta1);
    const v = moving(v128.load(second + at), f32x4.mul(g, g), beta2);
    v128.store(first + at, m);
    v128.store(second + at, v);
    const w = v128.load(weights + at);
    const direction = f32x4.div(f32x4.mul(m, f32x4.splat(rate)), f32x4.add(f32x4.sqrt(v), f32x4.splat(epsilon)));
    const next = f32x4.sub(w, f32x4.add(direction, f32x4.mul(w, f32x4.splat(decay))));
    v128.store(weights + at, next);
    v128.store(average + at, moving(v128.load(average + at), next, averageKept));
  }
}

/** One step of SGD with Nesterov's momentum for `count` weights, and of their average. `decay` is the weight decay. */
export function sgd(
  weights: usize,
  average: usize,
  velocity: usize,
  gradient: usize,
  count: i32,
  scale: f32,
  momentum: f32,
  rate: f32,
  decay: f32,
  averageKept: f64,
): void {
  for (let at: usize = 0, end = (<usize>count) << 2; at < end; at += 16) {
    const w = v128.load(weights + at);
    const g = f32x4.add(f32x4.mul(v128.load(gradient + at), f32x4.splat(scale)), f32x4.mul(w, f32x4.splat(decay)));
    const v = f32x4.add(f32x4.mul(v128.load(velocity + at), f32x4.splat(momentum)), g);
    v128.store(velocity + at, v);
    const direction = f32x4.add(g, f32x4.mul(v, f32x4.splat(momentum)));
    const next = f32x4.sub(w, f32x4.mul(direction, f32x4.splat(rate)));
    v128.store(weights + at, next);
    v128.store(average + at, moving(v128.load(average + at), next, averageKept));
  }
}

/** `kept` of the old, the rest of the new; a share so near to 1 has its rest in double precision. */
function moving(old: v128, value: v128, kept: f64): v128 {
  return f32x4.add(f32x4.mul(old, f32x4.splat(<f32>kept)), f32x4.mul(value, f32x4.splat(<f32>(1 - kept))));
}
