import { assertClose } from '../kernels/derivatives.contract.ts';

/** Of values in float32 against double precision, relative to the largest. */
export const VALUE_TOLERANCE = 2e-6;
/** Of gradients in float32 against central differences in double precision, relative to the largest, or to a tenth where that is less. */
const GRADIENT_TOLERANCE = 2e-5;
const LEAST_SCALE = 0.1;
const FINITE_STEP = 1e-5;

/** Checks a gradient against central differences of `reference`, which is in double precision. */
export function assertGradient(
  gradient: ArrayLike<number>,
  at: ArrayLike<number>,
  reference: (values: readonly number[]) => number,
  what: string,
): void {
  const values = Array.from(at);
  const expected = values.map((value, index) => {
    const moved = (step: number) => reference(values.with(index, value + step));
    return (moved(FINITE_STEP) - moved(-FINITE_STEP)) / (2 * FINITE_STEP);
  });
  assertClose([...Array.from(gradient), LEAST_SCALE], [...expected, LEAST_SCALE], GRADIENT_TOLERANCE, `${what}: gradients`);
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** log(1 + exp(x)) */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
export const crossEntropy = (logit: number, target: number): number => softplus(logit) - logit * target;
