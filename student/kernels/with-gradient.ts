import type * as Tf from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow.ts';

/** An operation's value, and its inputs' gradients from the value's gradient and what the operation saved. */
export interface Differentiated {
  readonly value: Tf.Tensor;
  readonly gradient: (dy: Tf.Tensor, saved: readonly Tf.Tensor[]) => readonly Tf.Tensor[];
}

/** `save` keeps tensors for the gradient. */
export type Save = (tensors: readonly Tf.Tensor[]) => void;

/** `tf.customGrad` with types that say what it does. */
export function withGradient<Inputs extends readonly Tf.Tensor[]>(
  tf: TensorFlow,
  forward: (inputs: Inputs, save: Save) => Differentiated,
): (...inputs: Inputs) => Tf.Tensor {
  const custom = tf.customGrad((...inputsAndSave) => {
    const inputs = inputsAndSave.slice(0, -1) as unknown as Inputs;
    const save = inputsAndSave.at(-1) as (tensors: Tf.Tensor[]) => void;
    const { value, gradient } = forward(inputs, (tensors) => save([...tensors]));
    return { value, gradFunc: (dy: Tf.Tensor, saved: Tf.Tensor[]) => [...gradient(dy, saved)] };
  });
  return custom as unknown as (...inputs: Inputs) => Tf.Tensor;
}
