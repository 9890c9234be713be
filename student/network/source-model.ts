import { onnx } from '../../core/index.ts';
import { type GraphBody, withPlainConstants } from './constants.ts';
import { OTHER_SOURCE, refusal, showNode, showValue } from './refusal.ts';
import type { Extent, Shape } from './shape.ts';

/** A YOLO-seg file as a warm start sees it. Shape letters: B batch, K classes, M prototypes, A anchors, h w a grid. */
export interface SourceModel {
  readonly body: GraphBody;
  readonly input: string;
  /** Side of the square input in pixels. */
  readonly inputSize: number;
  /** The source's batch, or null where it is open. */
  readonly batch: number | null;
  /** [B, 4+K+M, A] */
  readonly detections: onnx.ValueInfo;
  /** [B, M, h, w] */
  readonly prototypes: onnx.ValueInfo;
  readonly opset: number;
}

/** Operators that say what a model is, and why training cannot begin with it. */
const foreign: readonly { readonly operators: RegExp; readonly what: string; readonly hint: string }[] = [
  {
    operators: /^(ConvInteger|MatMulInteger|QLinear\w+|DynamicQuantizeLinear|QuantizeLinear|DequantizeLinear)$/,
    what: 'a quantized model',
    hint: 'start from the float32 export that it was made of (int8=False)',
  },
  {
    operators: /^(NonMaxSuppression|TopK)$/,
    what: 'NMS or top-k inside',
    hint: 'export the model again without it (nms=False, end2end=False)',
  },
];

/** The first operator set whose Slice takes its bounds as inputs, as the student's decoding writes them. */
const OLDEST_OPSET = 10;
/** Where the file leaves the size open its graph holds no sizes, so that any multiple of all strides stands for it. */
const OPEN_SIZE = 640;

/** Throws MODEL_NO_WARM_START for a file that is no raw YOLO-seg export in float32. */
export function readSource(model: onnx.Model): SourceModel {
  const body = withPlainConstants(model.graph);
  refuseForeign(body);
  const initializers = new Set(body.initializers.map(({ name }) => name));
  const inputs = model.graph.inputs.filter(({ name }) => !initializers.has(name));
  return {
    body,
    ...readInput(inputs),
    ...readOutputs(model.graph.outputs),
    opset: readOpset(model),
  };
}

/** The input of a source as a shape that is carried over to another size. */
export function inputShape({ inputSize, batch }: SourceModel, newSize: number): Shape {
  const side: Extent = { was: inputSize, now: newSize, batch: false };
  const pictures = batch ?? 1;
  return [{ was: pictures, now: pictures, batch: true }, { was: 3, now: 3, batch: false }, side, side];
}

function refuseForeign({ nodes }: GraphBody): void {
  for (const node of nodes) {
    const found = foreign.find(({ operators }) => operators.test(node.opType));
    if (found !== undefined)
      throw refusal('student.init', 'a raw YOLO-seg export in float32', `${found.what}: ${showNode(node)}`, found.hint);
  }
}

function readInput(inputs: readonly onnx.ValueInfo[]): Pick<SourceModel, 'input' | 'inputSize' | 'batch'> {
  const [image] = inputs;
  const shape = image?.shape ?? [];
  const [batch, channels, height, width] = shape;
  const sides = [height, width].filter((side) => typeof side === 'number');
  const isImage = inputs.length === 1 && image?.dataType === onnx.DataType.float32 && shape.length === 4 && channels === 3;
  if (!isImage || sides.length === 1 || sides[0] !== sides[1])
    throw refusal(
      'the inputs',
      'one square float32 image [B, 3, S, S]',
      inputs.map(showValue).join(', '),
      'export the model with one side length and half=False',
    );
  return { input: image.name, inputSize: sides[0] ?? OPEN_SIZE, batch: typeof batch === 'number' ? batch : null };
}

function readOutputs(outputs: readonly onnx.ValueInfo[]): Pick<SourceModel, 'detections' | 'prototypes'> {
  const [detections, ...moreDetections] = outputs.filter(({ shape }) => shape.length === 3);
  const [prototypes, ...morePrototypes] = outputs.filter(({ shape }) => shape.length === 4);
  const got = outputs.map(showValue).join(', ');
  if (detections !== undefined && outputs.length === 1)
    throw refusal('the outputs', 'detections and the prototypes of masks', got, 'start from the -seg model of the same family');
  if (detections === undefined || prototypes === undefined || moreDetections.length + morePrototypes.length > 0) throw noYoloSeg(outputs);
  return { detections, prototypes };
}

export const noYoloSeg = (outputs: readonly onnx.ValueInfo[]) =>
  refusal('the outputs', 'detections [B, 4+K+M, A] and prototypes [B, M, h, w]', outputs.map(showValue).join(', '), OTHER_SOURCE);

function readOpset({ opsets }: onnx.Model): number {
  const opset = opsets.get('') ?? opsets.get('ai.onnx') ?? 0;
  if (opset >= OLDEST_OPSET) return opset;
  throw refusal(
    "the model's operator set",
    `version ${OLDEST_OPSET} or later`,
    opset,
    'export the model again with a later opset, such as 17',
  );
}
