import type * as Tf from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow.ts';

/** `features` are [B, H, W, C] where the file says [B, C, H, W]; `plain` keeps the file's axes. */
export type Layout = 'features' | 'plain';

/** Where a features value holds the file's axis. */
const FEATURE_AXES = [0, 3, 1, 2] as const;

/** An axis of the file, negative from the end, as an axis of the value. A plain value's may stay negative. */
export function axisIn(layout: Layout, axis: number): number {
  return layout === 'plain' ? axis : (FEATURE_AXES[axis < 0 ? axis + 4 : axis] ?? axis);
}

/** A value's shape by the file's axes. */
export function fileShape(x: Tf.Tensor, layout: Layout): number[] {
  return layout === 'plain' ? x.shape : FEATURE_AXES.map((axis) => x.shape[axis] as number);
}

/** Numbers by the file's axes, one an axis of a whole value, in the order of the layout. */
export function inLayout<Value>(layout: Layout, byAxis: readonly Value[]): readonly Value[] {
  if (layout === 'plain') return byAxis;
  const [batch, channels, height, width] = byAxis as readonly [Value, Value, Value, Value];
  return [batch, height, width, channels];
}

/** A value in another layout. A plain value of fewer axes than four is one that broadcasts: its missing first axes have length 1. */
export function relaid(tf: TensorFlow, x: Tf.Tensor, from: Layout, to: Layout): Tf.Tensor {
  if (from === to) return x;
  if (to === 'plain') return tf.transpose(x, [...FEATURE_AXES]);
  const whole = x.rank < 4 ? tf.reshape(x, [...new Array<number>(4 - x.rank).fill(1), ...x.shape]) : x;
  return tf.transpose(whole, [0, 2, 3, 1]);
}
