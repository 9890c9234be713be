import type { onnx, Size } from '../core/index.ts';

/**
 * What a model expects and what its outputs mean; plain JSON.
 * Shape letters: B batch, H W input, h w mask grid, K classes, M mask coefficients, A anchors, Q queries, N detections.
 */
export interface Contract {
  readonly input: ImageInput;
  /** Names by class index; null is background or an unused index, never predicted. */
  readonly classNames: readonly (string | null)[];
  readonly head: Head;
}

/** How a picture becomes the model's input. */
export interface ImageInput {
  readonly name: string;
  readonly dataType: 'float32' | 'float16' | 'uint8';
  /** 4 for [B, 3, H, W]; 3 for [3, H, W]. */
  readonly rank: 3 | 4;
  /** Pictures that a run takes; null for any number. */
  readonly batch: number | null;
  readonly fit: InputFit;
  readonly color: 'rgb' | 'bgr';
  /** A value is (level 0..255 * scale - mean[c]) / deviation[c], with the channels in the input's order. */
  readonly scale: number;
  readonly mean: Channels;
  readonly deviation: Channels;
  /** A second, int64 input that is 1 where the picture is and 0 in the padding, or null. */
  readonly pixelMask: PixelMask | null;
}

export type Channels = readonly [number, number, number];

export interface PixelMask {
  readonly name: string;
  /** Where the file fixes it; null where it is the size of the input. */
  readonly size: Size | null;
}

/** Where a picture goes in the input; `pad` is the grey level (0..255) around it. */
export type InputFit =
  /** Scaled to fit, centred. */
  | { readonly mode: 'letterbox'; readonly size: Size; readonly pad: number }
  /** Scaled to fit, padded right and below. */
  | { readonly mode: 'top-left'; readonly size: Size; readonly pad: number }
  /** Both sides scaled on their own; nothing around it. */
  | { readonly mode: 'stretch'; readonly size: Size; readonly pad: number }
  /** As it is. */
  | { readonly mode: 'native' }
  /** Scaled until the shorter side is `shortest` or the longer one `longest` px; padded right and below to a multiple of `multiple` px. */
  | {
      readonly mode: 'shortest-side';
      readonly shortest: number;
      readonly longest: number;
      readonly multiple: number;
      readonly pad: number;
    };

/** What the outputs mean; `outputs` holds their names by what they are. Each kind has a reader and a decoder in contracts/. */
export type Head = YoloSegHead | YoloSegNmsHead | YoloV5SegHead | TorchvisionHead | MmdetHead | RfDetrHead | DetrHead | MaskFormerHead;

export type HeadKind = Head['kind'];

/**
 * Ultralytics' raw segmentation export (YOLOv8, 11), which selfpaste's own students follow too.
 * Detections [B, 4+K+M, A]: a column holds cx, cy, w, h in input pixels, K probabilities, M coefficients.
 * Prototypes [B, M, h, w]: an object's mask logits are its coefficients times the prototypes, inside its box.
 * Source: ultralytics `ops.process_mask_native` and `non_max_suppression`.
 */
export interface YoloSegHead {
  readonly kind: 'yolo-seg';
  readonly outputs: YoloOutputs;
  readonly coefficients: number;
}

/** The same with NMS in the graph, or end to end (YOLO26): detections [B, N, 6+M] are rows of x1, y1, x2, y2, score, class, coefficients. */
export interface YoloSegNmsHead {
  readonly kind: 'yolo-seg-nms';
  readonly outputs: YoloOutputs;
  readonly coefficients: number;
}

/** YOLOv5: detections [B, A, 5+K+M] are rows of cx, cy, w, h, objectness, K probabilities, M coefficients; score = objectness * probability. */
export interface YoloV5SegHead {
  readonly kind: 'yolov5-seg';
  readonly outputs: YoloOutputs;
  readonly coefficients: number;
}

export interface YoloOutputs {
  readonly detections: string;
  readonly prototypes: string;
}

/** torchvision's Mask R-CNN, which normalises and resizes inside: boxes [N, 4] in input pixels, labels [N] from 1 on, scores [N], masks [N, 1, H, W]. */
export interface TorchvisionHead {
  readonly kind: 'torchvision-mask-rcnn';
  readonly outputs: { readonly boxes: string; readonly labels: string; readonly scores: string; readonly masks: string };
}

/**
 * MMDeploy: detections [B, N, 5] are x1, y1, x2, y2 in input pixels and the score; labels [B, N] from 0 on.
 * Masks are probabilities, [B, N, H, W] over the input, or (Mask R-CNN alone) [B, N, 28, 28] over each box.
 */
export interface MmdetHead {
  readonly kind: 'rtmdet-ins' | 'mmdet-mask-rcnn';
  readonly outputs: { readonly detections: string; readonly labels: string; readonly masks: string };
}

/** RF-DETR-seg: boxes [B, Q, 4] as cx, cy, w, h in 0..1 of the input, class logits [B, Q, K] (sigmoid), mask logits [B, Q, h, w]. */
export interface RfDetrHead {
  readonly kind: 'rf-detr-seg';
  readonly outputs: { readonly boxes: string; readonly logits: string; readonly masks: string };
}

/** HF DETR: class logits [B, Q, K+1] (softmax, the last is no object), boxes as RF-DETR's, mask logits [B, Q, h, w]. */
export interface DetrHead {
  readonly kind: 'detr-seg';
  readonly outputs: { readonly boxes: string; readonly logits: string; readonly masks: string };
}

/** HF MaskFormer and Mask2Former: as DETR without boxes; score = class probability * mean mask probability inside the mask. */
export interface MaskFormerHead {
  readonly kind: 'maskformer';
  readonly outputs: { readonly logits: string; readonly masks: string };
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

/** A model's contract, and what in the file led to it, one sentence each. */
export interface Recognition {
  readonly contract: Contract;
  readonly reasons: readonly string[];
}

/** What a run has to give. */
export const outputNames = ({ outputs }: Head): readonly string[] => Object.values<string>({ ...outputs });

/** `output0 [1, 116, 8400]`, as people write tensors. */
export function showTensor({ name, shape }: TensorSignature): string {
  return `${name} [${shape.map((length) => length ?? '?').join(', ')}]`;
}
