import { expectation, type onnx, SelfpasteError } from '../../core/index.ts';

/** The hint where nothing can be done about a model. */
export const OTHER_SOURCE = 'start from a YOLOv8-seg or YOLO11-seg export, or set student.init to random';

/** A model that no warm start can be made from. @param wanted what was expected, for `name`. @param hint starts with a verb */
export function refusal(name: string, wanted: string, got: unknown, hint: string): SelfpasteError {
  return new SelfpasteError('MODEL_NO_WARM_START', expectation(name, wanted, got), hint);
}

/** `Reshape "/model.10/attn/Reshape"`, as an error names a node. */
export const showNode = ({ opType, name, outputs }: onnx.Node): string => `${opType} "${name === '' ? outputs[0] : name}"`;

/** `output0 [1, 116, 8400]`, as people write tensors. */
export const showValue = ({ name, shape }: onnx.ValueInfo): string => `${name} [${shape.map((length) => length ?? '?').join(', ')}]`;
