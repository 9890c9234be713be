import type * as Tf from '@tensorflow/tfjs-core';
import { onnx } from '../../../core/index.ts';
import { numberAttribute, numbersAttribute, textAttribute } from '../../nodes.ts';
import type { TensorFlow } from '../../tensorflow.ts';
import type { Compilation } from '../compilation.ts';
import { type Operator, one, unsupported } from '../operator.ts';
import type { Reader } from '../run.ts';
import { type Place, type Resampling, type Round, resamplingMatrix } from './resampling.ts';

type Pair = readonly [rows: number, columns: number];

/**
 * Doubling by nearest neighbours, which is all that exports hold, is one kernel. Everything else is a matrix for the rows and one for the
 * columns, by ONNX's definition: TensorFlow samples elsewhere, and tfjs-node's gradient of its resizing forgets where.
 */
const resize: Operator = (node, graph) => {
  const { tf, kernels } = graph;
  const resampling = resamplingOf(node, graph);
  const target = targetOf(node, graph);
  const isFractional = target.kind === 'scales' && !target.scales.every(Number.isInteger);
  if (resampling.place === 'align_corners' && isFractional) throw unsupported(node, 'a Resize with align_corners by a fraction');
  const input = graph.tensor(node, 0, 'features');
  return one('features', (run) => {
    const x = input(run) as Tf.Tensor4D;
    const { size, scales } = resolved(target, x, run);
    if (scales[0] === 2 && scales[1] === 2 && repeats(resampling)) return kernels.upsample(x);
    const rows = resamplingMatrix(x.shape[1], size[0], scales[0], resampling);
    const columns = resamplingMatrix(x.shape[2], size[1], scales[1], resampling);
    return multiplied(tf, multiplied(tf, x, 1, rows, size[0]), 2, columns, size[1]);
  });
};

/**
 * Whether doubling shows pixel floor(i / 2) at i: asymmetric places with rounding down, and half_pixel ones with rounding to
 * the nearest, because those never lie half way between two pixels.
 */
function repeats(resampling: Resampling): boolean {
  if (resampling.mode !== 'nearest') return false;
  const { place, round } = resampling;
  return place === 'asymmetric'
    ? round === 'floor' || round === 'round_prefer_floor'
    : place.includes('half_pixel') && round.startsWith('round');
}

const PLACES: readonly Place[] = ['half_pixel', 'pytorch_half_pixel', 'half_pixel_symmetric', 'asymmetric', 'align_corners'];
const ROUNDS: readonly Round[] = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'];

/** Opset 10 knows one way only. */
function resamplingOf(node: onnx.Node, { opset }: Compilation): Resampling {
  const [mode, place, round] = [
    textAttribute(node, 'mode', 'nearest'),
    opset < 11 ? 'asymmetric' : textAttribute(node, 'coordinate_transformation_mode', 'half_pixel'),
    opset < 11 ? 'floor' : textAttribute(node, 'nearest_mode', 'round_prefer_floor'),
  ];
  const [knownPlace, knownRound] = [PLACES.find((known) => known === place), ROUNDS.find((known) => known === round)];
  if (knownPlace === undefined || knownRound === undefined) throw unsupported(node, `a Resize by ${place} and ${round}`);
  if (mode !== 'nearest' && mode !== 'linear') throw unsupported(node, `a ${mode} Resize`);
  if (numberAttribute(node, 'antialias', 0) !== 0) throw unsupported(node, 'a Resize with antialias');
  return mode === 'nearest' ? { mode, place: knownPlace, round: knownRound } : { mode, place: knownPlace };
}

/** What the file gives: factors, or rows and columns. */
type Target = { readonly kind: 'scales'; readonly scales: Pair } | { readonly kind: 'sizes'; readonly read: Reader<Pair> };

function targetOf(node: onnx.Node, graph: Compilation): Target {
  if (textAttribute(node, 'keep_aspect_ratio_policy', 'stretch') !== 'stretch')
    throw unsupported(node, 'a Resize that keeps the aspect ratio');
  const axes = numbersAttribute(node, 'axes', [0, 1, 2, 3]);
  const [rows, columns] = [axes.indexOf(2), axes.indexOf(3)];
  if (rows < 0 || columns < 0) throw unsupported(node, 'a Resize of other axes than rows and columns');
  if ((node.inputs[3] ?? '') !== '') {
    const sizes = graph.integers(node, 3);
    return { kind: 'sizes', read: (run) => [sizes(run)[rows] as number, sizes(run)[columns] as number] };
  }
  const given = graph.constant(node.inputs[graph.opset < 11 ? 1 : 2]);
  if (given === undefined) throw unsupported(node, 'a Resize whose scales are computed');
  const scales = onnx.tensorValues(given);
  if (axes.some((axis, at) => axis < 2 && scales[at] !== 1)) throw unsupported(node, 'a Resize of other axes than rows and columns');
  return { kind: 'scales', scales: [scales[rows] as number, scales[columns] as number] };
}

function resolved(
  target: Target,
  { shape: [, height, width] }: Tf.Tensor4D,
  run: Parameters<Reader<Pair>>[0],
): { size: Pair; scales: Pair } {
  if (target.kind === 'scales') {
    const [down, across] = target.scales;
    return { size: [Math.floor(height * down), Math.floor(width * across)], scales: target.scales };
  }
  const size = target.read(run);
  return { size, scales: [size[0] / height, size[1] / width] };
}

/** Multiplies a matrix [length, side] with an axis of a feature map. */
function multiplied(tf: TensorFlow, x: Tf.Tensor4D, axis: 1 | 2, matrix: Float32Array, length: number): Tf.Tensor4D {
  const side = x.shape[axis];
  const order = axis === 1 ? [1, 0, 2, 3] : [2, 1, 0, 3];
  const first: Tf.Tensor4D = tf.transpose(x, order);
  const [, second, third, channels] = first.shape;
  const product = tf.matMul(tf.tensor2d(matrix, [length, side]), tf.reshape(first, [side, -1]));
  return tf.transpose(tf.reshape(product, [length, second, third, channels]), order);
}

export const RESIZE: Readonly<Record<string, Operator>> = { Resize: resize };
