import assert from 'node:assert/strict';
import type * as Tf from '@tensorflow/tfjs-core';
import { stream } from '../../core/index.ts';
import type { TensorFlow } from '../tensorflow.ts';

/** An operation in TF.js beside what it means, in plain JavaScript and double precision. */
export interface Operation {
  readonly name: string;
  /** Shapes of the inputs that are differentiated. */
  readonly shapes: readonly (readonly number[])[];
  readonly compute: (...inputs: Tf.Tensor[]) => Tf.Tensor;
  readonly reference: (...inputs: readonly number[][]) => readonly number[];
}

/** Largest difference, relative to the largest number, of values and of gradients. */
export const VALUE_TOLERANCE = 1e-5;
export const GRADIENT_TOLERANCE = 1e-4;
const FINITE_STEP = 1e-5;

/** Compares values, and gradients of a random weighting of the values with central differences of the reference. */
export function assertMeansTheSame(tf: TensorFlow, { name, shapes, compute, reference }: Operation): void {
  const inputs = shapes.map((shape, index) =>
    randomNumbers(
      shape.reduce((a, b) => a * b, 1),
      name,
      index,
    ),
  );
  const tensors = inputs.map((values, index) => tf.tensor(values, [...(shapes[index] as number[])]));
  const wanted = reference(...inputs);
  const probe = randomNumbers(wanted.length, name, 'probe');
  const actual = tf.tidy(() => compute(...tensors).dataSync());
  assertClose([...actual], wanted, VALUE_TOLERANCE, `${name}: values`);
  const gradients = tf.grads((...xs) => tf.sum(tf.mul(tf.reshape(compute(...xs), [-1]), tf.tensor1d(probe))))(tensors);
  gradients.forEach((gradient, index) => {
    const expected = centralDifferences(inputs, index, (values) => dot(reference(...values), probe));
    assertClose([...gradient.dataSync()], expected, GRADIENT_TOLERANCE, `${name}: gradient of input ${index}`);
  });
  tf.dispose([...tensors, ...gradients]);
}

export function assertClose(actual: readonly number[], expected: readonly number[], tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  const largest = Math.max(1e-12, ...expected.map(Math.abs));
  const differences = actual.map((value, at) => Math.abs(value - (expected[at] as number)) / largest);
  // Written so that NaN fails.
  const agrees = differences.every((difference) => difference <= tolerance);
  assert.ok(agrees, `${what} differ by ${Math.max(...differences)} (tolerance ${tolerance})`);
}

/** Float32 numbers in -2..2, without ties. */
function randomNumbers(count: number, ...keys: readonly (string | number)[]): number[] {
  const rng = stream(11, ...keys);
  return Array.from({ length: count }, () => Math.fround(rng.uniform(-2, 2)));
}

function centralDifferences(inputs: readonly number[][], index: number, of: (inputs: readonly number[][]) => number): number[] {
  const moved = inputs.map((values) => [...values]);
  const values = moved[index] as number[];
  return values.map((value, at) => {
    values[at] = value + FINITE_STEP;
    const above = of(moved);
    values[at] = value - FINITE_STEP;
    const below = of(moved);
    values[at] = value;
    return (above - below) / (2 * FINITE_STEP);
  });
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
