import type { onnx } from '../core/index.ts';
import { expectation, SelfpasteError, stream } from '../core/index.ts';
import { GraphBuilder } from './graph-builder.ts';

/**
 * The default student: a one-stage, anchor-free network of the YOLO-seg family, built as an ONNX graph.
 *
 * Shape letters: B batch, S input size, K classes, M prototypes, A anchors, F pyramid channels, h w a level's grid.
 *   backbone  stem (stride 2) and one stage a stride: 3x3 stride-2 convolution, then residual blocks
 *   neck      feature pyramid (top-down sums) with F channels over the chosen strides
 *   heads     one classification and one box+coefficient tower, shared by all levels; each level has its own norms
 *   masks     prototypes at `prototypeStride`; an object's mask is sigmoid(coefficients x prototypes) inside its box
 * Outputs follow the YOLO-seg contract: output0 [B, 4+K+M, A] (cx, cy, w, h in input pixels, class scores, coefficients), output1 [B, M, h, w].
 */
export interface StudentSpec {
  readonly classNames: readonly string[];
  /** Side of the square input in pixels; a multiple of the coarsest stride. */
  readonly inputSize: number;
  readonly strides: Strides;
  readonly prototypes: number;
  readonly size: StudentSize;
}

/** Strides of the head's levels, finest first, each twice the one before, and that of the prototypes. */
export interface Strides {
  readonly levels: readonly number[];
  readonly prototype: 2 | 4;
}

/** Channels by size: the stem, the stages of strides 4, 8, 16, 32, and the pyramid. About 0.9, 4.1 and 10.7 million parameters. */
const WIDTHS = {
  n: { stem: 16, stages: [32, 64, 96, 128], pyramid: 48, blocks: 1 },
  s: { stem: 24, stages: [48, 96, 160, 224], pyramid: 80, blocks: 2 },
  m: { stem: 32, stages: [64, 128, 256, 384], pyramid: 128, blocks: 2 },
} as const;
export type StudentSize = keyof typeof WIDTHS;

/** Values of the graph that training reads, before the contract's decoding. */
export const headValue = (part: 'class' | 'box', level: number): string => `level${level}.${part}`;
export const PROTOTYPES = 'output1';

/** Metadata key under which a student's file says how it was built. */
export const SPEC_KEY = 'selfpaste.student';

/**
 * Strides for objects of a median side, measured in pixels of the network's input.
 * An object should span at least four cells of the finest level, or neighbours share their anchors and small masks lose their edges.
 */
export function chooseStrides(medianSidePx: number): Strides {
  return stridesOf(medianSidePx < 32 ? [4, 8, 16] : [8, 16, 32]);
}

/** Prototypes lie at half the finest level's stride. @param levels doubling from 4 or 8 */
export function stridesOf(levels: readonly number[]): Strides {
  return { levels, prototype: levels[0] === 4 ? 2 : 4 };
}

/** A fresh student with random weights: a pure function of spec and seed. */
export function buildStudent(spec: StudentSpec, seed: number): onnx.Model {
  checkSpec(spec);
  const graph = new GraphBuilder(stream(seed, 'student', 'init'));
  const features = backbone(graph, spec);
  const pyramid = neck(graph, spec, features);
  const levels = heads(graph, spec, pyramid);
  prototypes(graph, spec, pyramid, features);
  decodeOutputs(graph, spec, levels);
  return graph.model({
    input: { name: 'images', shape: ['batch', 3, spec.inputSize, spec.inputSize] },
    outputs: [
      { name: 'output0', shape: ['batch', 4 + spec.classNames.length + spec.prototypes, anchorCount(spec)] },
      {
        name: PROTOTYPES,
        shape: ['batch', spec.prototypes, spec.inputSize / spec.strides.prototype, spec.inputSize / spec.strides.prototype],
      },
    ],
    metadata: metadataOf(spec),
  });
}

/** Anchors of all levels: one a cell. */
export function anchorCount({ inputSize, strides }: StudentSpec): number {
  return strides.levels.reduce((sum, stride) => sum + (inputSize / stride) ** 2, 0);
}

/** The spec inside a student's file. Throws MODEL_NOT_STUDENT for other models. */
export function readSpec(model: onnx.Model): StudentSpec {
  const text = model.metadata.get(SPEC_KEY);
  if (text === undefined) throw notStudent([...model.metadata.keys()]);
  try {
    return JSON.parse(text) as StudentSpec;
  } catch {
    throw notStudent(text);
  }
}

function notStudent(got: unknown): SelfpasteError {
  return new SelfpasteError(
    'MODEL_NOT_STUDENT',
    expectation('model', `a student of selfpaste (metadata "${SPEC_KEY}")`, got),
    'start from a student that selfpaste trained, or leave student.init at "random"',
  );
}

/** Throws CONFIG_INPUT_SIZE, DATA_NO_CATEGORIES for a student that cannot be built. */
export function checkSpec({ inputSize, strides, classNames }: StudentSpec): void {
  const coarsest = Math.max(...strides.levels);
  if (inputSize % coarsest !== 0 || inputSize <= 0) {
    throw new SelfpasteError(
      'CONFIG_INPUT_SIZE',
      expectation('student.inputSize', `a positive multiple of ${coarsest}`, inputSize),
      `set student.inputSize to ${Math.max(1, Math.round(inputSize / coarsest)) * coarsest}`,
    );
  }
  if (classNames.length === 0)
    throw new SelfpasteError(
      'DATA_NO_CATEGORIES',
      'Expected at least one class for the student, got none',
      'add categories to the labeled set',
    );
}

/** Keys that Ultralytics' loaders and ours read, and the spec. */
function metadataOf(spec: StudentSpec): ReadonlyMap<string, string> {
  const names = spec.classNames.map((name, index) => `${index}: ${pythonString(name)}`).join(', ');
  return new Map([
    ['task', 'segment'],
    ['names', `{${names}}`],
    ['imgsz', `[${spec.inputSize}, ${spec.inputSize}]`],
    ['stride', String(Math.max(...spec.strides.levels))],
    ['batch', '1'],
    [SPEC_KEY, JSON.stringify(spec)],
  ]);
}

/** A Python string literal, as Ultralytics writes its class names. */
function pythonString(text: string): string {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/\n/g, '\\n').replace(/\r/g, '\\r')}'`;
}

/** Features by stride: 2 (stem), 4, 8, ... up to the coarsest level. */
function backbone(graph: GraphBuilder, { size, strides }: StudentSpec): ReadonlyMap<number, string> {
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
function neck(graph: GraphBuilder, { size, strides }: StudentSpec, features: ReadonlyMap<number, string>): readonly string[] {
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

interface LevelOutput {
  readonly classes: string;
  readonly box: string;
}

/** A rare positive among many anchors: the class logits start at a score of about 0.01 (RetinaNet's prior). */
const CLASS_PRIOR_LOGIT = -4.6;

function heads(
  graph: GraphBuilder,
  { size, classNames, prototypes: count }: StudentSpec,
  pyramid: readonly string[],
): readonly LevelOutput[] {
  const channels = WIDTHS[size].pyramid;
  const tower = { from: channels, to: channels, kernel: 3, stride: 1 } as const;
  const classWeight = graph.weight('head.class.conv', tower);
  const boxWeight = graph.weight('head.box.conv', tower);
  const classOut = graph.weightAndBias(
    'head.class.out',
    { from: channels, to: classNames.length, kernel: 1, stride: 1 },
    { gain: 0.1, bias: CLASS_PRIOR_LOGIT },
  );
  const boxOut = graph.weightAndBias('head.box.out', { from: channels, to: 4 + count, kernel: 1, stride: 1 }, { gain: 0.5, bias: 0 });
  return pyramid.map((value, level) => {
    const classes = graph.relu(
      `head.class.relu${level}`,
      graph.norm(`head.class.norm${level}`, graph.conv(`head.class.conv${level}`, value, classWeight, tower), channels),
    );
    const box = graph.relu(
      `head.box.relu${level}`,
      graph.norm(`head.box.norm${level}`, graph.conv(`head.box.conv${level}`, value, boxWeight, tower), channels),
    );
    return {
      classes: graph.convWithBias(headValue('class', level), classes, classOut),
      box: graph.convWithBias(headValue('box', level), box, boxOut),
    };
  });
}

function prototypes(
  graph: GraphBuilder,
  { size, strides, prototypes: count }: StudentSpec,
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
  const out = graph.weightAndBias('proto.out', { from: channels, to: count, kernel: 1, stride: 1 }, { gain: 1, bias: 0 });
  graph.convWithBias(PROTOTYPES, value, out);
}

/** The contract's tail: distances to boxes, logits to scores, levels side by side. Training does not run it. */
function decodeOutputs(graph: GraphBuilder, spec: StudentSpec, levels: readonly LevelOutput[]): void {
  const { classNames, prototypes: count } = spec;
  const grid = anchorGrid(spec);
  const classLogits = graph.flattenAndJoin(
    'decode.class',
    levels.map((level) => level.classes),
    classNames.length,
  );
  const regression = graph.flattenAndJoin(
    'decode.box',
    levels.map((level) => level.box),
    4 + count,
  );
  const [left, right, coefficients] = graph.split('decode.split', regression, [2, 2, count]) as [string, string, string];
  const strides = graph.constant('anchors.stride', [1, 1, grid.strides.length], grid.strides);
  const centers = graph.constant('anchors.center', [1, 2, grid.strides.length], grid.centers);
  const distance = (name: string, raw: string) => graph.mul(`${name}.px`, graph.op(`${name}.positive`, 'Softplus', [raw]), strides);
  const first = graph.op('decode.first', 'Sub', [centers, distance('decode.left', left)]);
  const second = graph.add('decode.second', centers, distance('decode.right', right));
  const half = graph.constant('decode.half', [1], Float32Array.of(0.5));
  const center = graph.mul('decode.center', graph.add('decode.sum', first, second), half);
  const extent = graph.op('decode.extent', 'Sub', [second, first]);
  const scores = graph.op('decode.scores', 'Sigmoid', [classLogits]);
  graph.concatChannels('output0', [center, extent, scores, coefficients]);
}

/** Cell centers (x row then y row) and strides of all anchors, levels finest first, cells row-major. */
export function anchorGrid({ inputSize, strides }: StudentSpec): { readonly centers: Float32Array; readonly strides: Float32Array } {
  const xs: number[] = [];
  const ys: number[] = [];
  const cellStrides: number[] = [];
  for (const stride of strides.levels) {
    const cells = inputSize / stride;
    for (let y = 0; y < cells; y++) {
      for (let x = 0; x < cells; x++) {
        xs.push((x + 0.5) * stride);
        ys.push((y + 0.5) * stride);
        cellStrides.push(stride);
      }
    }
  }
  return { centers: Float32Array.from([...xs, ...ys]), strides: Float32Array.from(cellStrides) };
}
