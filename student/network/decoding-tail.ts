import { onnx } from '../../core/index.ts';
import { anchorCount, metadataOf, type StudentHead, type StudentSpec } from '../spec.ts';
import { anchorGrid } from './anchor-grid.ts';
import type { GraphBuilder } from './graph-builder.ts';

/**
 * The end of every student's graph, by the YOLO-seg contract; training does not run it.
 * From the head's values to output0 [B, 4+K+M, A]: cx, cy, w, h in input pixels, class scores, mask coefficients. The prototypes are
 * output1 [B, M, h, w] already. Shape letters: B batch, K classes, M prototypes, R bins, A anchors.
 * Works in every opset from 10 on, because another's graph may come before it.
 */
export function appendDecoding(graph: GraphBuilder, { inputSize, strides, bins, classNames, prototypes, head }: StudentSpec): void {
  const joined = (name: string, part: keyof StudentHead['levels'][number], channels: number) =>
    graph.flattenAndJoin(
      name,
      head.levels.map((level) => level[part]),
      channels,
    );
  const scores = graph.op('decode.scores', 'Sigmoid', [joined('decode.class', 'classes', classNames.length)]);
  const coefficients = joined('decode.coefficients', 'coefficients', prototypes);
  const grid = anchorGrid({ inputSize, strides });
  const distances = expectedDistances(graph, joined('decode.box', 'box', 4 * bins), bins);
  const pixels = graph.mul('decode.px', distances, graph.constant('anchors.stride', [1, 1, grid.strides.length], grid.strides));
  const centers = graph.constant('anchors.center', [1, 2, grid.strides.length], grid.centers);
  const first = graph.op('decode.first', 'Sub', [centers, graph.slice('decode.before', pixels, 1, 0, 2)]);
  const second = graph.add('decode.second', centers, graph.slice('decode.after', pixels, 1, 2, 4));
  const half = graph.constant('decode.half', [1], Float32Array.of(0.5));
  const center = graph.mul('decode.center', graph.add('decode.sum', first, second), half);
  const extent = graph.op('decode.extent', 'Sub', [second, first]);
  graph.concatChannels('output0', [center, extent, scores, coefficients]);
}

/** [B, 4R, A] logits to [B, 4, A] distances in strides: the mean of each distribution (Li et al., "Generalized Focal Loss", NeurIPS 2020). */
function expectedDistances(graph: GraphBuilder, logits: string, bins: number): string {
  const sides = graph.reshape('decode.sides', logits, [0, 4, bins, -1]);
  const last = graph.op('decode.bins', 'Transpose', [sides], { perm: onnx.ints([0, 1, 3, 2]) });
  const shares = graph.op('decode.shares', 'Softmax', [last], { axis: onnx.int(3) });
  const places = graph.constant(
    'decode.places',
    [bins, 1],
    Float32Array.from({ length: bins }, (_, bin) => bin),
  );
  return graph.reshape('decode.distances', graph.op('decode.mean', 'MatMul', [shares, places]), [0, 4, -1]);
}

/** Of the batch. Without a name: Ultralytics' loader takes a named one for a sign that the sides are open too, and feeds rectangles. */
const OPEN = null;

/** The model that {@link appendDecoding} completed. */
export function studentModel(graph: GraphBuilder, spec: StudentSpec, { input, opset }: { input: string; opset: number }): onnx.Model {
  const { inputSize, prototypes, classNames, strides, head } = spec;
  const cells = inputSize / strides.prototype;
  return graph.model({
    opset,
    input: { name: input, shape: [OPEN, 3, inputSize, inputSize] },
    outputs: [
      { name: 'output0', shape: [OPEN, 4 + classNames.length + prototypes, anchorCount(spec)] },
      { name: head.prototypes, shape: [OPEN, prototypes, cells, cells] },
    ],
    metadata: metadataOf(spec),
  });
}
