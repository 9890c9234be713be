import type * as Tf from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow.ts';
import { layerGradients } from './layer-gradients.ts';

/**
 * tfjs-core alone knows no gradient under Node: its own ones come with the whole of tfjs, which the wasm backend does without.
 * These are the operations that a training step differentiates outside of {@link Kernels}. They are global to tfjs, so only wasm registers them.
 */
export function registerGradients(tf: TensorFlow): void {
  for (const gradient of [...elementwise(tf), ...reductions(tf), ...rearrangements(tf), ...layerGradients(tf)])
    tf.registerGradient(gradient);
}

type Derivative = (dy: Tf.Tensor, a: Tf.Tensor, b: Tf.Tensor) => Tf.Tensor;

function elementwise(tf: TensorFlow): readonly Tf.GradConfig[] {
  const where = (dy: Tf.Tensor, condition: Tf.Tensor) => tf.mul(dy, tf.cast(condition, 'float32'));
  const binary = (kernelName: string, ofA: Derivative, ofB: Derivative): Tf.GradConfig => ({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, [a, b]) => ({
      a: () => summedTo(tf, a.shape, ofA(dy as Tf.Tensor, a, b)),
      b: () => summedTo(tf, b.shape, ofB(dy as Tf.Tensor, a, b)),
    }),
  });
  const unary = (kernelName: string, of: (dy: Tf.Tensor, x: Tf.Tensor) => Tf.Tensor): Tf.GradConfig => ({
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (dy, [x]) => ({ x: () => of(dy as Tf.Tensor, x) }),
  });
  return [
    binary(
      'Add',
      (dy) => dy,
      (dy) => dy,
    ),
    binary(
      'Sub',
      (dy) => dy,
      (dy) => tf.neg(dy),
    ),
    binary(
      'Multiply',
      (dy, _, b) => tf.mul(dy, b),
      (dy, a) => tf.mul(dy, a),
    ),
    binary(
      'RealDiv',
      (dy, _, b) => tf.div(dy, b),
      (dy, a, b) => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
    ),
    binary(
      'Maximum',
      (dy, a, b) => where(dy, tf.greaterEqual(a, b)),
      (dy, a, b) => where(dy, tf.less(a, b)),
    ),
    binary(
      'Minimum',
      (dy, a, b) => where(dy, tf.lessEqual(a, b)),
      (dy, a, b) => where(dy, tf.greater(a, b)),
    ),
    unary('Relu', (dy, x) => tf.mul(dy, tf.step(x))),
    unary('Softplus', (dy, x) => tf.mul(dy, tf.sigmoid(x))),
    {
      kernelName: 'LeakyRelu',
      inputsToSave: ['x'],
      gradFunc: (dy, [x], { alpha }) => ({ x: () => tf.mul(dy as Tf.Tensor, tf.step(x, alpha as number)) }),
    },
    {
      kernelName: 'Sigmoid',
      outputsToSave: [true],
      gradFunc: (dy, [y]) => ({ x: () => tf.mul(dy as Tf.Tensor, tf.mul(y, tf.sub(1, y))) }),
    },
    { kernelName: 'AddN', saveAllInputs: true, gradFunc: (dy, terms) => indexed(terms.map(() => () => (dy as Tf.Tensor).clone())) },
  ];
}

/** Undoes a broadcast: sums over the axes along which a value of `shape` was repeated. Always a tensor of its own. */
function summedTo(tf: TensorFlow, shape: number[], dy: Tf.Tensor): Tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, shape);
}

function reductions(tf: TensorFlow): readonly Tf.GradConfig[] {
  const reduction = (kernelName: string, of: (dy: Tf.Tensor, x: Tf.Tensor, axes: number[]) => Tf.Tensor): Tf.GradConfig => ({
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attributes) => {
      const axes = tf.util.parseAxisParam(attributes.axis as number | number[], x.shape);
      const kept = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
      return { x: () => of(tf.reshape(dy as Tf.Tensor, kept), x, axes) };
    },
  });
  return [
    reduction('Sum', (dy, x) => tf.broadcastTo(dy, x.shape)),
    // The product of all other factors, without a division: factors may be 0.
    reduction('Prod', (dy, x, [axis]) => tf.mul(dy, tf.mul(tf.cumprod(x, axis, true, false), tf.cumprod(x, axis, true, true)))),
  ];
}

function rearrangements(tf: TensorFlow): readonly Tf.GradConfig[] {
  return [
    { kernelName: 'Reshape', inputsToSave: ['x'], gradFunc: (dy, [x]) => ({ x: () => tf.reshape(dy as Tf.Tensor, x.shape) }) },
    {
      kernelName: 'Transpose',
      gradFunc: (dy, _, { perm }) => ({ x: () => tf.transpose(dy as Tf.Tensor, tf.backend_util.getUndoAxesPermutation(perm as number[])) }),
    },
    {
      kernelName: 'PadV2',
      inputsToSave: ['x'],
      gradFunc: (dy, [x], { paddings }) => {
        const before = (paddings as [number, number][]).map(([count]) => count);
        return { x: () => tf.slice(dy as Tf.Tensor, before, x.shape) };
      },
    },
    { kernelName: 'SplitV', gradFunc: (dy, _, { axis }) => ({ x: () => tf.concat(dy as Tf.Tensor[], axis as number) }) },
    {
      kernelName: 'Concat',
      saveAllInputs: true,
      gradFunc: (dy, parts, { axis }) => {
        const [along] = tf.util.parseAxisParam(axis as number, parts[0].shape);
        const lengths = parts.map((part) => part.shape[along] as number);
        return indexed(tf.split(dy as Tf.Tensor, lengths, along).map((part) => () => part));
      },
    },
    {
      kernelName: 'Slice',
      inputsToSave: ['x'],
      gradFunc: (dy, [x], { begin, size }) => {
        const [first, lengths] = tf.slice_util.parseSliceParams(x, begin as number[], size as number[]);
        const around = x.shape.map((length, axis): [number, number] => [first[axis], length - first[axis] - lengths[axis]]);
        return { x: () => tf.pad(dy as Tf.Tensor, around) };
      },
    },
  ];
}

/** Gradients of an operation whose inputs have no names but their order. */
const indexed = (gradients: readonly (() => Tf.Tensor)[]): Record<string, () => Tf.Tensor> =>
  Object.fromEntries(gradients.map((gradient, index) => [index, gradient]));
