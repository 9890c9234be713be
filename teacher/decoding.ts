import type { Contract } from './contract.ts';
import { decodeDetr } from './contracts/detr-seg-decoder.ts';
import { decodeMaskFormer } from './contracts/maskformer-decoder.ts';
import { decodeMmdet } from './contracts/mmdet-decoder.ts';
import { decodeRfDetr } from './contracts/rf-detr-seg-decoder.ts';
import { decodeTorchvision } from './contracts/torchvision-mask-rcnn-decoder.ts';
import { decodeYoloSeg } from './contracts/yolo-seg-decoder.ts';
import { decodeYoloSegNms } from './contracts/yolo-seg-nms-decoder.ts';
import { decodeYoloV5Seg } from './contracts/yolov5-seg-decoder.ts';
import type { InputPlacement } from './input/input-placement.ts';
import type { Outputs } from './output/outputs.ts';
import type { Detection, DetectionSettings } from './teacher.ts';

/**
 * Objects of one picture from what a run says of it, by falling score; boxes inside the picture, masks inside their boxes.
 * Throws MODEL_NOT_FINITE, MODEL_BAD_OUTPUT.
 */
export function decode(
  { classNames, head }: Contract,
  outputs: Outputs,
  placement: InputPlacement,
  settings: DetectionSettings,
): readonly Detection[] {
  switch (head.kind) {
    case 'yolo-seg':
      return decodeYoloSeg(head, classNames, outputs, placement, settings);
    case 'yolo-seg-nms':
      return decodeYoloSegNms(head, classNames, outputs, placement, settings);
    case 'yolov5-seg':
      return decodeYoloV5Seg(head, classNames, outputs, placement, settings);
    case 'torchvision-mask-rcnn':
      return decodeTorchvision(head, classNames, outputs, placement, settings);
    case 'rtmdet-ins':
    case 'mmdet-mask-rcnn':
      return decodeMmdet(head, classNames, outputs, placement, settings);
    case 'rf-detr-seg':
      return decodeRfDetr(head, classNames, outputs, placement, settings);
    case 'detr-seg':
      return decodeDetr(head, classNames, outputs, placement, settings);
    case 'maskformer':
      return decodeMaskFormer(head, classNames, outputs, placement, settings);
  }
}
