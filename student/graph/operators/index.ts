import type { Operator } from '../operator.ts';
import { CONVOLUTION } from './convolution.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { MATRIX } from './matrix.ts';
import { NORMALIZATION } from './normalization.ts';
import { POOLING } from './pooling.ts';
import { RESIZE } from './resize.ts';
import { SHAPE } from './shape.ts';

/** What training knows, by ONNX's names: all that selfpaste's students and the exports of YOLOv8-seg and YOLO11-seg hold. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  ...CONVOLUTION,
  ...NORMALIZATION,
  ...ELEMENTWISE,
  ...POOLING,
  ...RESIZE,
  ...MATRIX,
  ...SHAPE,
};
