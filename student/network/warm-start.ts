import { onnx, stream } from '../../core/index.ts';
import { checkSpec, type HeadLevel, type Strides, type StudentHead, type StudentSpec } from '../spec.ts';
import { keptRows, withClassRows } from './class-rows.ts';
import { appendDecoding, studentModel } from './decoding-tail.ts';
import { GraphBuilder } from './graph-builder.ts';
import { type FoundHead, findHead } from './head-search.ts';
import { refusal } from './refusal.ts';
import { checkShapes, resizedGraph } from './resized-graph.ts';
import type { Extent } from './shape.ts';
import { inferShapes, type Shapes } from './shape-inference.ts';
import { inputShape, noYoloSeg, readSource, type SourceModel } from './source-model.ts';

/** A pretrained file, and what its classes are called. */
export interface WarmStartSource {
  readonly model: onnx.Model;
  /** By class row, null for one without a name; empty where nobody knows them, so that all of the student's classes are new ones. */
  readonly classNames: readonly (string | null)[];
}

/** What the student of a warm start is for. */
export interface WarmStartPlan {
  readonly classNames: readonly string[];
  /** Side of the square input in pixels; a multiple of the source's coarsest stride. */
  readonly inputSize: number;
}

export interface WarmStart {
  readonly model: onnx.Model;
  /** The student's classes that the source knew, and whose rows it keeps. */
  readonly keptClasses: readonly string[];
}

/** What a file says of its makers goes on with its weights, above all their license. */
const CARRIED = ['author', 'license', 'description', 'docs'] as const;

/**
 * A pretrained YOLO-seg file as a student: for the data set's classes, for any number of pictures, and for another input size.
 * The network keeps its weights bit for bit, but for rows of new classes; its decoding is written anew.
 * A pure function of its arguments. Throws MODEL_NO_WARM_START for a file that it cannot be made from, MODEL_BAD_TENSOR for weights in
 * another file or in a type that cannot be read, and what {@link checkSpec} throws.
 * @param source an Ultralytics YOLOv8-seg or YOLO11-seg export, another of their structure, or a student of selfpaste
 */
export function warmStart(source: WarmStartSource, plan: WarmStartPlan, seed: number): WarmStart {
  const parts = readSource(source.model);
  const { head, spec } = readNetwork(source, parts, plan);
  checkSpec(spec);
  const { shapes } = inferShapes(parts.body, parts.input, inputShape(parts, spec.inputSize));
  const { nodes, initializers } = resizedGraph(parts.body, shapes, valuesOf(spec.head));
  checkWeights(initializers);
  const rows = keptRows(source.classNames, plan.classNames);
  const rng = stream(seed, 'student', 'warm-start');
  const graph = new GraphBuilder(rng, { nodes, initializers: withClassRows(initializers, head.classes, rows, rng) });
  appendDecoding(graph, spec);
  const model = studentModel(graph, spec, { input: parts.input, opset: parts.opset });
  return {
    model: { ...model, metadata: new Map([...carried(source.model), ...model.metadata]) },
    keptClasses: plan.classNames.filter((_, index) => rows[index] !== null),
  };
}

/** The source's network at its own size: its head by structure, and the student's spec from the shapes found there. */
function readNetwork(
  source: WarmStartSource,
  parts: SourceModel,
  { classNames, inputSize }: WarmStartPlan,
): { head: FoundHead; spec: StudentSpec } {
  const { body, detections, prototypes } = parts;
  const inference = inferShapes(body, parts.input, inputShape(parts, parts.inputSize));
  const { shapes } = inference;
  const count = lengthAt(shapes, prototypes, 1) ?? Number.NaN;
  const rows = lengthAt(shapes, detections, 1);
  const classes = rows === null ? source.classNames.length : rows - 4 - count;
  if (!(classes > 0)) throw noYoloSeg([detections, prototypes]);
  const head = findHead(body, inference, detections.name, { classes, coefficients: count });
  checkNames(source, classes);
  const bins = (shapes.get(head.box[0]?.outputs[0] as string)?.[1]?.was ?? 0) / 4;
  const levels = head.classes.map((node, level) => levelOf(node, head.box[level] as onnx.Node, head.coefficients[level] as onnx.Node));
  const ends: StudentHead = { levels, prototypes: prototypes.name };
  checkShapes(body.nodes, shapes, [prototypes.name]);
  const strides = stridesIn(parts, shapes, head);
  const from = source.model.metadata.get('description') ?? source.model.producer;
  return { head, spec: { classNames, inputSize, strides, prototypes: count, bins, head: ends, origin: { kind: 'warm-start', from } } };
}

function checkNames({ classNames }: WarmStartSource, rows: number): void {
  if (classNames.length === 0 || classNames.length === rows) return;
  throw refusal(
    "the source's class rows",
    `${rows} names`,
    classNames.length,
    'name every class in a file NAME.contract.json beside NAME.onnx: {"names": ["cat", "dog"]}',
  );
}

const valuesOf = ({ levels, prototypes }: StudentHead): readonly string[] => [
  ...levels.flatMap(({ classes, box, coefficients }) => [classes, box, coefficients]),
  prototypes,
];

function levelOf(classes: onnx.Node, box: onnx.Node, coefficients: onnx.Node): HeadLevel {
  const value = ({ outputs: [output] }: onnx.Node) => output as string;
  return { classes: value(classes), box: value(box), coefficients: value(coefficients) };
}

function stridesIn({ inputSize, prototypes }: SourceModel, shapes: Shapes, { classes }: FoundHead): Strides {
  const strideOf = (value: string) => inputSize / ((shapes.get(value)?.at(-1) as Extent | undefined)?.was ?? Number.NaN);
  const levels = classes.map(({ outputs: [value] }) => strideOf(value as string));
  const prototype = strideOf(prototypes.name);
  const doubling = levels.every(
    (stride, level) => Number.isInteger(stride) && (level === 0 || stride === 2 * (levels[level - 1] as number)),
  );
  if (doubling && (prototype === 2 || prototype === 4)) return { levels, prototype };
  throw refusal(
    'the strides',
    'levels that double, and prototypes at 2 or 4',
    `${levels.join(', ')}; prototypes ${prototype}`,
    'start from a YOLOv8-seg or YOLO11-seg export whose size its coarsest stride divides',
  );
}

/** As the file declares it, or as its graph shows; null where neither does. */
function lengthAt(shapes: Shapes, { name, shape }: onnx.ValueInfo, axis: number): number | null {
  const declared = shape[axis];
  return typeof declared === 'number' ? declared : (shapes.get(name)?.[axis]?.was ?? null);
}

/** Weights are read here for the first time; half precision cannot be trained. */
function checkWeights(initializers: readonly onnx.Tensor[]): void {
  const half = initializers.find(({ dataType }) => dataType === onnx.DataType.float16);
  if (half !== undefined) throw refusal('the weights', 'float32', `float16 in "${half.name}"`, 'export the model again with half=False');
  for (const tensor of initializers) onnx.tensorValues(tensor);
}

function carried({ metadata }: onnx.Model): readonly (readonly [string, string])[] {
  return CARRIED.flatMap((key) => {
    const text = metadata.get(key);
    return text === undefined ? [] : [[key, text] as const];
  });
}
