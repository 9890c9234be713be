import type * as Tf from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow.ts';
import { withGradient } from './with-gradient.ts';

/**
 * x * sigmoid(x) (Elfwing et al., "Sigmoid-weighted linear units", 2018). Its slope s + y * (1 - s) comes from what is there already,
 * the gate s and the value y: four operations, where tfjs' own gradients take seven. No backend has one kernel for it.
 */
export function siluKernel(tf: TensorFlow): (x: Tf.Tensor) => Tf.Tensor {
  return withGradient<[Tf.Tensor]>(tf, ([x], save) => {
    const gate = tf.sigmoid(x);
    const value = tf.mul(x, gate);
    save([gate, value]);
    const slope = ([s, y]: readonly Tf.Tensor[]) => tf.add(s as Tf.Tensor, tf.mul(y as Tf.Tensor, tf.sub(1, s as Tf.Tensor)));
    return { value, gradient: (dy, saved) => [tf.mul(dy, slope(saved))] };
  });
}
