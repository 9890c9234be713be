import type { onnx } from '../../core/index.ts';
import { stream } from '../../core/index.ts';
import { checkSpec, type FreshStudent, type HeadLevel, type StudentSize, type StudentSpec } from '../spec.ts';
import { appendDecoding, studentModel } from './decoding-tail.ts';
import { GraphBuilder } from './graph-builder.ts';

/**
 * The default students: one-stage, anchor-free networks of the YOLO-seg family, built as ONNX graphs.
 *
 * Shape letters: B batch, S input size, K classes, M prototypes, R bins, A anchors, F pyramid channels, h w a level's grid.
 *   backbone  stem (stride 2) and one stage a stride: 3x3 stride-2 convolution, then residual blocks
 *   neck      feature pyramid (top-down sums) with F channels over the chosen strides
 *   heads     one classification and one box+coefficient tower, shared by all levels; each level has its own norms
 *   masks     prototypes at `strides.prototype`; an object's mask is sigmoid(coefficients x prototypes) inside its box
 */

interface Widths {
  readonly stem: number;
  /** Channels of the stages of strides 4, 8, 16, 32. */
  readonly stages: readonly [number, number, number, number];
  readonly pyramid: number;
  /** Residual blocks a stage. */
  readonly blocks: number;
}

const WIDTHS: Readonly<Record<StudentSize, Widths>> = {
  n: { stem: 16, stages: [32, 64, 112, 208], pyramid: 48, blocks: 1 },
  s: { stem: 16, stages: [32, 64, 128, 304], pyramid: 96, blocks: 1 },
  m: { stem: 32, stages: [64, 128, 256, 384], pyramid: 128, blocks: 2 },
};

/** Bins of each box side's distribution, as YOLOv8 has them. */
const BINS = 16;
const OPSET = 17;
const INPUT = 'images';
const PROTOTYPES = 'output1';

/** A fresh student with random weights: a pure function of its plan and the seed. Throws what {@link checkSpec} throws. */
export function buildStudent(plan: FreshStudent, seed: number): onnx.Model {
  checkSpec(plan);
  const graph = new GraphBuilder(stream(seed, 'student', 'init'));
  const features = backbone(graph, plan);
  const pyramid = neck(graph, plan, features);
  const levels = heads(graph, plan, pyramid);
  prototypes(graph, plan, pyramid, features);
  const spec = specOf(plan, levels);
  appendDecoding(graph, spec);
  return studentModel(graph, spec, { input: INPUT, opset: OPSET });
}

function specOf({ size, ...plan }: FreshStudent, levels: readonly HeadLevel[]): StudentSpec {
  return { ...plan, bins: BINS, head: { levels, prototypes: PROTOTYPES }, origin: { kind: 'fresh', size } };
}

/** Features by stride: 2 (stem), 4, 8, ... up to the coarsest level. */
function backbone(graph: GraphBuilder, { size, strides }: FreshStudent): ReadonlyMap<number, string> {
  const width = WIDTHS[size];
  let value = graph.convNormRelu('stem', 'images', { from: 3, to: width.stem, kernel: 3, stride: 2 });
  const features = new Map([[2, value]]);
  let from: number = width.stem;
  for (let stage = 0, stride = 4; stride <= Math.max(...strides.levels); stage++, stride *= 2) {
    const to = width.stages[stage] as number;
    value = graph.convNormRelu(`stage${stride}.down`, value, { from, to, kernel: 3, stride: 2 });
    for (let block = 0; block < width.blocks; block++) value = residual(graph, `stage${stride}.block${block}`, value, to);
    features.set(stride, value);
    from = to;
  }
  return features;
}

function residual(graph: GraphBuilder, name: string, value: string, channels: number): string {
  const inner = graph.convNormRelu(`${name}.a`, value, { from: channels, to: channels, kernel: 3, stride: 1 });
  const branch = graph.convNorm(`${name}.b`, inner, { from: channels, to: channels, kernel: 3, stride: 1 });
  return graph.relu(`${name}.relu`, graph.add(`${name}.sum`, value, branch));
}

/** Pyramid features, finest level first. */
function neck(graph: GraphBuilder, { size, strides }: FreshStudent, features: ReadonlyMap<number, string>): readonly string[] {
  const width = WIDTHS[size];
  const merged: string[] = [];
  for (let level = strides.levels.length - 1; level >= 0; level--) {
    const stride = strides.levels[level] as number;
    const from = width.stages[Math.log2(stride) - 2] as number;
    const lateral = graph.convNorm(`lateral${stride}`, features.get(stride) as string, { from, to: width.pyramid, kernel: 1, stride: 1 });
    const above = merged[0];
    merged.unshift(
      above === undefined
        ? graph.relu(`merge${stride}.relu`, lateral)
        : graph.add(`merge${stride}`, lateral, graph.upsample(`up${stride}`, above)),
    );
  }
  return merged.map((value, level) =>
    graph.convNormRelu(`smooth${strides.levels[level]}`, value, { from: width.pyramid, to: width.pyramid, kernel: 3, stride: 1 }),
  );
}

/** A rare positive among many anchors: the class logits start at a score of about 0.01 (RetinaNet's prior). */
export const CLASS_PRIOR_LOGIT = -4.6;
/** Distances start at two to three strides, not in the middle of all bins: an object spans few cells of its level. */
const BIN_SLOPE = -0.3;

function heads(
  graph: GraphBuilder,
  { size, classNames, prototypes: count }: FreshStudent,
  pyramid: readonly string[],
): readonly HeadLevel[] {
  const channels = WIDTHS[size].pyramid;
  const tower = { from: channels, to: channels, kernel: 3, stride: 1 } as const;
  const last = (to: number) => ({ from: channels, to, kernel: 1, stride: 1 }) as const;
  const classWeight = graph.weight('head.class.conv', tower);
  const boxWeight = graph.weight('head.box.conv', tower);
  const classes = graph.weightAndBias('head.class.out', last(classNames.length), 0.1, () => CLASS_PRIOR_LOGIT);
  const box = graph.weightAndBias('head.box.out', last(4 * BINS), 0.1, (channel) => BIN_SLOPE * (channel % BINS));
  const coefficients = graph.weightAndBias('head.coefficients.out', last(count), 0.5, () => 0);
  const towerOf = (part: string, level: number, value: string, weight: string) =>
    graph.relu(
      `head.${part}.relu${level}`,
      graph.norm(`head.${part}.norm${level}`, graph.conv(`head.${part}.conv${level}`, value, weight, tower), channels),
    );
  return pyramid.map((value, level) => {
    const classTower = towerOf('class', level, value, classWeight);
    const boxTower = towerOf('box', level, value, boxWeight);
    return {
      classes: graph.convWithBias(`level${level}.class`, classTower, classes),
      box: graph.convWithBias(`level${level}.box`, boxTower, box),
      coefficients: graph.convWithBias(`level${level}.coefficients`, boxTower, coefficients),
    };
  });
}

function prototypes(
  graph: GraphBuilder,
  { size, strides, prototypes: count }: FreshStudent,
  pyramid: readonly string[],
  features: ReadonlyMap<number, string>,
): void {
  const width = WIDTHS[size];
  const from = width.pyramid;
  const channels = Math.max(32, Math.round(from / 2));
  let value = graph.convNormRelu('proto.a', pyramid[0] as string, { from, to: channels, kernel: 3, stride: 1 });
  value = graph.upsample('proto.up', value);
  const finest = strides.levels[0] as number;
  const skip = features.get(finest / 2) as string;
  const skipChannels = finest === 4 ? width.stem : (width.stages[Math.log2(finest) - 3] as number);
  value = graph.concatChannels('proto.skip', [value, skip]);
  value = graph.convNormRelu('proto.b', value, { from: channels + skipChannels, to: channels, kernel: 3, stride: 1 });
  const out = graph.weightAndBias('proto.out', { from: channels, to: count, kernel: 1, stride: 1 }, 1, () => 0);
  graph.convWithBias(PROTOTYPES, value, out);
}
