import { SelfpasteError } from '../core/index.ts';
import type { HeadKind, ModelSignature, Recognition } from './contract.ts';
import { type Overrides, readOverrides } from './contract-overrides.ts';
import { readDetr } from './contracts/detr-seg.ts';
import { readMaskFormer } from './contracts/maskformer.ts';
import { readMmdetMaskRcnn, readRtmdetIns } from './contracts/mmdet.ts';
import { readRfDetr } from './contracts/rf-detr-seg.ts';
import { Misfit, showAll } from './contracts/signatures.ts';
import { readTorchvision } from './contracts/torchvision-mask-rcnn.ts';
import { readYoloSeg } from './contracts/yolo-seg.ts';
import { readYoloSegNms } from './contracts/yolo-seg-nms.ts';
import { readYoloV5Seg } from './contracts/yolov5-seg.ts';

export type { Recognition };

/** Reads a model as one contract. Throws Misfit where it follows another one, SelfpasteError where it follows this one and is faulty. */
export type Reader = (signature: ModelSignature, overrides: Overrides) => Recognition;

/** What one contract makes of a model. */
export type Reading =
  | ({ readonly kind: HeadKind; readonly verdict: 'fits' } & Recognition)
  | { readonly kind: HeadKind; readonly verdict: 'other'; readonly reason: string }
  | { readonly kind: HeadKind; readonly verdict: 'faulty'; readonly error: SelfpasteError };

/** Every contract that selfpaste knows. */
const readers: Readonly<Record<HeadKind, Reader>> = {
  'yolo-seg': readYoloSeg,
  'yolo-seg-nms': readYoloSegNms,
  'yolov5-seg': readYoloV5Seg,
  'torchvision-mask-rcnn': readTorchvision,
  'rtmdet-ins': readRtmdetIns,
  'mmdet-mask-rcnn': readMmdetMaskRcnn,
  'rf-detr-seg': readRfDetr,
  'detr-seg': readDetr,
  maskformer: readMaskFormer,
};

/**
 * The contract that a model follows, from its inputs, outputs and metadata alone.
 * Throws MODEL_UNKNOWN_CONTRACT where none fits, MODEL_AMBIGUOUS where several do; where only a faulty one would fit, its fault:
 * MODEL_NO_NAMES, MODEL_CLASS_MISMATCH; and MODEL_BAD_OVERRIDE, MODEL_BAD_NAMES.
 */
export function recognizeContract(signature: ModelSignature): Recognition {
  const readings = readAll(signature);
  const fitting = readings.filter((reading) => reading.verdict === 'fits');
  if (fitting.length > 1) throw ambiguous(fitting);
  if (fitting.length === 1) return { contract: fitting[0].contract, reasons: fitting[0].reasons };
  const faulty = readings.find((reading) => reading.verdict === 'faulty');
  throw faulty?.error ?? unknownContract(signature, readings);
}

/** What each contract makes of a model; only the one that its metadata name, where they do. Throws MODEL_BAD_OVERRIDE, MODEL_BAD_NAMES. */
export function readAll(signature: ModelSignature): readonly Reading[] {
  const overrides = readOverrides(signature.metadata);
  const kinds = overrides.contract === undefined ? (Object.keys(readers) as HeadKind[]) : [overrides.contract];
  return kinds.map((kind) => readAs(kind, signature, overrides));
}

function readAs(kind: HeadKind, signature: ModelSignature, overrides: Overrides): Reading {
  try {
    return { kind, verdict: 'fits', ...readers[kind](signature, overrides) };
  } catch (error) {
    if (error instanceof Misfit) return { kind, verdict: 'other', reason: error.message };
    if (error instanceof SelfpasteError) return { kind, verdict: 'faulty', error };
    throw error;
  }
}

function ambiguous(fitting: readonly Extract<Reading, { verdict: 'fits' }>[]): SelfpasteError {
  const readings = fitting.map(({ kind, reasons }) => `as ${kind}, because ${reasons.join(', and ')}`);
  const lines = fitting.map(({ kind }) => `{"contract": "${kind}"}`);
  return new SelfpasteError(
    'MODEL_AMBIGUOUS',
    `Expected one way to read the model, got ${fitting.length}: ${readings.join('; or ')}`,
    `decide in NAME.contract.json beside NAME.onnx: ${lines.join(' or ')}`,
  );
}

function unknownContract({ outputs }: ModelSignature, readings: readonly Reading[]): SelfpasteError {
  const kindsByReason = new Map<string, HeadKind[]>();
  for (const reading of readings) {
    if (reading.verdict !== 'other') continue;
    kindsByReason.set(reading.reason, [...(kindsByReason.get(reading.reason) ?? []), reading.kind]);
  }
  const objections = [...kindsByReason].map(([reason, kinds]) => `not ${kinds.join(' or ')}, because ${reason}`);
  return new SelfpasteError(
    'MODEL_UNKNOWN_CONTRACT',
    `Expected the outputs of a known contract, got ${showAll(outputs)}: ${objections.join('; ')}`,
    'export the model in one of the ways of docs/teachers.md, or state what it lacks (names, imgsz, contract) in NAME.contract.json beside NAME.onnx',
  );
}
