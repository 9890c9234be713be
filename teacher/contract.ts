import type { onnx, Size } from '../core/index.ts';

/**
 * What a model expects and what its outputs mean; plain JSON.
 * Shape letters: B batch, H W input image, h w prototype grid, K classes, M mask coefficients, A anchors.
 */
export type Contract = YoloSegContract;

/**
 * Ultralytics' raw segmentation export, which selfpaste's own students follow too.
 * Detections [B, 4+K+M, A]: a column holds cx, cy, w, h in input pixels, K probabilities, M coefficients.
 * Prototypes [B, M, h, w]: an object's mask logits are its coefficients times the prototypes, inside its box.
 * Source: ultralytics `ops.process_mask_native` and `non_max_suppression`.
 */
export interface YoloSegContract {
  readonly kind: 'yolo-seg';
  readonly inputName: string;
  readonly inputSize: Size;
  readonly resize: 'letterbox';
  /** Grey level around the picture, 0..255. */
  readonly pad: number;
  readonly color: 'rgb';
  readonly range: '0..1';
  readonly detectionsName: string;
  readonly prototypesName: string;
  readonly classNames: readonly string[];
  readonly maskCoefficients: number;
  /** h and w; 'dynamic' where only a run tells. Never inferred from the input size: S/2, S/4 and S/8 are all in use. */
  readonly prototypeSize: Size | 'dynamic';
  /** A; 'dynamic' where only a run tells. */
  readonly anchors: number | 'dynamic';
}

/** A named input or output as the file declares it: outermost dimension first; a name or null where the length is open. */
export interface TensorSignature {
  readonly name: string;
  /** Number of onnx.proto's TensorProto.DataType. */
  readonly dataType: number;
  readonly shape: readonly onnx.Dimension[];
}

/** Everything about a model that can be known without running it, and that a contract is recognized by. */
export interface ModelSignature {
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** What one contract makes of a model: it fits, and why; or the model is something else, and why. */
export type Reading =
  | { readonly fits: true; readonly contract: Contract; readonly reasons: readonly string[] }
  | { readonly fits: false; readonly reason: string };

/** `output0 [1, 116, 8400]`, as people write tensors. */
export function showTensor({ name, shape }: TensorSignature): string {
  return `${name} [${shape.map((length) => length ?? '?').join(', ')}]`;
}
