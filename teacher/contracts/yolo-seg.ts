import { expectation, onnx, SelfpasteError, type Size, showSize } from '../../core/index.ts';
import { parseClassNames } from '../class-names.ts';
import { type ModelSignature, type Reading, showTensor, type TensorSignature } from '../contract.ts';

/** Ultralytics' grey around a letterboxed picture. */
const PAD = 114;

interface Outputs {
  readonly detections: TensorSignature;
  readonly prototypes: TensorSignature;
  readonly reason: string;
}

/** Recognizes Ultralytics' raw segmentation export. Throws MODEL_CLASS_MISMATCH or MODEL_BAD_NAMES where it is one with wrong class names. */
export function readYoloSeg({ inputs, outputs, metadata }: ModelSignature): Reading {
  const input = inputs.length === 1 && isImage(inputs[0]) ? inputs[0] : null;
  if (input === null) return other(`its inputs are ${showAll(inputs)}, not one float32 image [1, 3, H, W]`);
  const found = findOutputs(outputs);
  if (found === null) return other(`its outputs are ${showAll(outputs)}, not float32 [1, 4+K+M, A] and [1, M, h, w]`);
  const size = inputSize(input, metadata);
  if (size === null) return other("its input size is open and the metadata key 'imgsz' does not tell it");
  const namesText = metadata.get('names');
  if (namesText === undefined) return other("the metadata key 'names' is absent, so nothing tells classes from mask coefficients");
  const classNames = parseClassNames(namesText);
  const fault = layoutFault(found, classNames.length) ?? gridFault(found.prototypes, size);
  if (fault !== null) return other(fault);
  checkClassCount(found, classNames.length);
  return fit(input, found, size, classNames);
}

function fit(input: TensorSignature, found: Outputs, inputSize: Size, classNames: readonly string[]): Reading {
  const { detections, prototypes } = found;
  const [, maskCoefficients, height, width] = prototypes.shape as [onnx.Dimension, number, onnx.Dimension, onnx.Dimension];
  const anchors = detections.shape[2];
  const K = classNames.length;
  return {
    fits: true,
    contract: {
      kind: 'yolo-seg',
      inputName: input.name,
      inputSize,
      resize: 'letterbox',
      pad: PAD,
      color: 'rgb',
      range: '0..1',
      detectionsName: detections.name,
      prototypesName: prototypes.name,
      classNames,
      maskCoefficients,
      prototypeSize: typeof height === 'number' && typeof width === 'number' ? { width, height } : 'dynamic',
      anchors: typeof anchors === 'number' ? anchors : 'dynamic',
    },
    reasons: [
      found.reason,
      `${showTensor(prototypes)} gives M = ${maskCoefficients} mask coefficients`,
      `the metadata key 'names' gives K = ${K} class${K === 1 ? '' : 'es'}`,
      `${showTensor(detections)} has 4 + ${K} + ${maskCoefficients} = ${4 + K + maskCoefficients} rows: box, classes, coefficients; no objectness, no NMS inside`,
    ],
  };
}

const isFloat = ({ dataType }: TensorSignature): boolean => dataType === onnx.DataType.float32;
/** A batch of one, or one that may be one. */
const takesOne = (length: onnx.Dimension): boolean => typeof length !== 'number' || length === 1;

function isImage(tensor: TensorSignature): boolean {
  const [batch, channels] = tensor.shape;
  return isFloat(tensor) && tensor.shape.length === 4 && takesOne(batch) && channels === 3;
}

/** By name first; by rank where the exporter renamed them and only one reading fits. */
function findOutputs(outputs: readonly TensorSignature[]): Outputs | null {
  const ofRank = (rank: number) => outputs.filter(({ shape }) => shape.length === rank && takesOne(shape[0]));
  const flat = ofRank(3);
  const grids = ofRank(4);
  const named = (candidates: readonly TensorSignature[], name: string) => candidates.find((output) => output.name === name);
  const detections = named(flat, 'output0') ?? (flat.length === 1 ? flat[0] : undefined);
  const prototypes = named(grids, 'output1') ?? (grids.length === 1 ? grids[0] : undefined);
  if (!detections || !prototypes || !isFloat(detections) || !isFloat(prototypes)) return null;
  if (typeof detections.shape[1] !== 'number' || typeof prototypes.shape[1] !== 'number') return null;
  const byName = detections.name === 'output0' && prototypes.name === 'output1';
  const how = byName ? 'names' : 'ranks, the only ones of rank 3 and 4';
  return { detections, prototypes, reason: `outputs ${showAll([detections, prototypes])} were chosen by their ${how}` };
}

/** The sizes of the input, or Ultralytics' `imgsz`, height first, where the graph leaves them open. */
function inputSize(input: TensorSignature, metadata: ReadonlyMap<string, string>): Size | null {
  const [, , height, width] = input.shape;
  if (typeof height === 'number' && typeof width === 'number') return { width, height };
  const [stated, second = stated] = (metadata.get('imgsz') ?? '').match(/\d+/g)?.map(Number) ?? [];
  return stated > 0 && second > 0 ? { width: second, height: stated } : null;
}

/** Exports of the same family that share the ranks but not the meaning. */
function layoutFault({ detections, prototypes }: Outputs, classes: number): string | null {
  const [, rows, columns] = detections.shape;
  const coefficients = prototypes.shape[1] as number;
  if (rows === 4 + classes + coefficients) return null;
  if (columns === 6 + coefficients)
    return `${showTensor(detections)} holds rows of box, score, class and coefficients: NMS is inside the graph (nms=True or end-to-end)`;
  if (columns === 5 + classes + coefficients)
    return `${showTensor(detections)} holds one row an anchor with an objectness: it is a YOLOv5 export`;
  return null;
}

function gridFault(prototypes: TensorSignature, input: Size): string | null {
  const [, , height, width] = prototypes.shape.map((length) => (typeof length === 'number' ? length : 0));
  return height > input.height || width > input.width ? `${showTensor(prototypes)} is finer than the input of ${showSize(input)}` : null;
}

function checkClassCount({ detections, prototypes }: Outputs, names: number): void {
  const rows = detections.shape[1] as number;
  const coefficients = prototypes.shape[1] as number;
  const classes = rows - 4 - coefficients;
  if (classes === names) return;
  throw new SelfpasteError(
    'MODEL_CLASS_MISMATCH',
    `${expectation("the model's metadata key 'names'", `${classes} names`, names)}: ${showTensor(detections)} less 4 box rows and ${coefficients} mask coefficients of ${showTensor(prototypes)}`,
    'name every class in a file NAME.contract.json beside NAME.onnx: {"names": ["cat", "dog"]}',
  );
}

const showAll = (tensors: readonly TensorSignature[]): string => tensors.map(showTensor).join(' and ') || 'none';
const other = (reason: string): Reading => ({ fits: false, reason });
