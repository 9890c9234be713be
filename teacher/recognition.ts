import { SelfpasteError } from '../core/index.ts';
import { type Contract, type ModelSignature, type Reading, showTensor, type TensorSignature } from './contract.ts';
import { readYoloSeg } from './contracts/yolo-seg.ts';

/** Every contract that selfpaste knows, by its kind. */
const readers: Readonly<Record<Contract['kind'], (signature: ModelSignature) => Reading>> = { 'yolo-seg': readYoloSeg };

export interface Recognition {
  readonly contract: Contract;
  /** What in the file led to this contract, one sentence each. */
  readonly reasons: readonly string[];
}

/**
 * The contract that a model follows, from its inputs, outputs and metadata alone.
 * Throws MODEL_UNKNOWN_CONTRACT where none fits, MODEL_CLASS_MISMATCH and MODEL_BAD_NAMES where one does with wrong class names.
 */
export function recognizeContract(signature: ModelSignature): Recognition {
  const objections: string[] = [];
  for (const [kind, read] of Object.entries(readers)) {
    const reading = read(signature);
    if (reading.fits) return reading;
    objections.push(`not ${kind}, because ${reading.reason}`);
  }
  throw unknownContract(signature.outputs, objections);
}

function unknownContract(outputs: readonly TensorSignature[], objections: readonly string[]): SelfpasteError {
  const found = outputs.map(showTensor).join(', ') || 'none';
  return new SelfpasteError(
    'MODEL_UNKNOWN_CONTRACT',
    `Expected the outputs of a known contract (yolo-seg: output0 [1, 4+K+M, A] and output1 [1, M, h, w]), got ${found}: ${objections.join('; ')}`,
    'export the model as Ultralytics does with format=onnx nms=False, or state what it lacks (names, imgsz) in NAME.contract.json beside NAME.onnx',
  );
}
