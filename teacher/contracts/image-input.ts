import { onnx, SelfpasteError, type Size } from '../../core/index.ts';
import {
  type Channels,
  type ImageInput,
  type InputFit,
  type ModelSignature,
  type PixelMask,
  showTensor,
  type TensorSignature,
} from '../contract.ts';
import type { Overrides } from '../contract-overrides.ts';
import { isFloat, lengthOf, Misfit, showAll } from './signatures.ts';

/** What a family assumes of its input where nothing states it. */
export interface InputDefaults {
  readonly color: 'rgb' | 'bgr';
  readonly scale: number;
  readonly mean: Channels;
  readonly deviation: Channels;
  /** Into an input of a known size. */
  readonly resize: 'letterbox' | 'top-left' | 'stretch';
  readonly pad: number;
  /** Into an input of open size that nothing states; null where it must be stated. */
  readonly open: InputFit | null;
}

/** Levels to 0..1, without more; a centred picture on grey 114: what YOLO models are trained with. */
export const yoloInput: InputDefaults = {
  color: 'rgb',
  scale: 1 / 255,
  mean: [0, 0, 0],
  deviation: [1, 1, 1],
  resize: 'letterbox',
  pad: 114,
  open: null,
};

/** Mean and deviation of ImageNet, for levels 0..1 in RGB. */
export const imageNet = { scale: 1 / 255, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;

/** The image input of a model, with what is stated of it. Throws Misfit where the inputs are something else, MODEL_BAD_OVERRIDE. */
export function readImageInput(
  { inputs }: ModelSignature,
  overrides: Overrides,
  defaults: InputDefaults,
  ranks: readonly number[] = [4],
): ImageInput {
  const [image, ...others] = [...inputs].sort((a, b) => Number(isImage(b, ranks)) - Number(isImage(a, ranks)));
  const pixelMask = others.length === 1 ? asPixelMask(others[0]) : null;
  if (image === undefined || !isImage(image, ranks) || others.length > (pixelMask === null ? 0 : 1))
    throw new Misfit(`its inputs are ${showAll(inputs)}, not one image [B, 3, H, W]`);
  return {
    name: image.name,
    dataType: dataTypeOf(image),
    rank: image.shape.length === 4 ? 4 : 3,
    batch: image.shape.length === 4 ? lengthOf(image, 0) : 1,
    fit: readFit(image, overrides, defaults),
    color: overrides.color ?? defaults.color,
    ...levelsOf(image, overrides, defaults),
    pixelMask,
  };
}

function isImage(tensor: TensorSignature, ranks: readonly number[]): boolean {
  const { shape } = tensor;
  return (
    (isFloat(tensor) || tensor.dataType === onnx.DataType.uint8) && ranks.includes(shape.length) && lengthOf(tensor, shape.length - 3) === 3
  );
}

function asPixelMask(tensor: TensorSignature): PixelMask | null {
  if (tensor.dataType !== onnx.DataType.int64 || tensor.shape.length !== 3) return null;
  const [height, width] = [lengthOf(tensor, 1), lengthOf(tensor, 2)];
  return { name: tensor.name, size: height === null || width === null ? null : { width, height } };
}

function dataTypeOf({ dataType }: TensorSignature): ImageInput['dataType'] {
  if (dataType === onnx.DataType.uint8) return 'uint8';
  return dataType === onnx.DataType.float16 ? 'float16' : 'float32';
}

/** A model that takes bytes normalises inside: it wants the levels as they are. */
function levelsOf(image: TensorSignature, overrides: Overrides, defaults: InputDefaults): Pick<ImageInput, 'scale' | 'mean' | 'deviation'> {
  const family = dataTypeOf(image) === 'uint8' ? { scale: 1, mean: [0, 0, 0] as const, deviation: [1, 1, 1] as const } : defaults;
  return {
    scale: overrides.scale ?? family.scale,
    mean: asChannels(overrides.mean) ?? family.mean,
    deviation: asChannels(overrides.std) ?? family.deviation,
  };
}

const asChannels = (value: number | Channels | undefined): Channels | undefined =>
  typeof value === 'number' ? [value, value, value] : value;

/** The graph's own sizes win; `imgsz` says them where the graph leaves them open. */
function readFit(image: TensorSignature, overrides: Overrides, defaults: InputDefaults): InputFit {
  const fixed = fixedSize(image);
  const stated = statedLengths(overrides);
  const pad = overrides.pad ?? defaults.pad;
  const { resize } = overrides;
  if (resize === 'native' || resize === 'shortest-side') {
    if (fixed !== null) throw fixedInput(image, resize);
    if (resize === 'native') return { mode: 'native' };
    const [shortest, longest] = stated ?? [800, 1333];
    return { mode: resize, shortest, longest, multiple: overrides.multiple ?? 1, pad };
  }
  const size = fixed ?? (stated && { height: stated[0], width: stated[1] });
  if (size !== null) return { mode: resize ?? defaults.resize, size, pad };
  if (defaults.open === null || resize !== undefined)
    throw new Misfit("its input size is open and the metadata key 'imgsz' does not tell it");
  return defaults.open;
}

function fixedSize(image: TensorSignature): Size | null {
  const [height, width] = [lengthOf(image, image.shape.length - 2), lengthOf(image, image.shape.length - 1)];
  return height === null || width === null ? null : { width, height };
}

/** `imgsz` as Ultralytics has it: one side, or height first. */
function statedLengths({ imgsz }: Overrides): readonly [number, number] | null {
  if (imgsz === undefined) return null;
  const [first, second = first] = typeof imgsz === 'number' ? [imgsz] : imgsz;
  return [first, second];
}

function fixedInput(image: TensorSignature, resize: string): SelfpasteError {
  return new SelfpasteError(
    'MODEL_BAD_OVERRIDE',
    `Expected "letterbox", "top-left" or "stretch" for the model's 'resize', got ${JSON.stringify(resize)}: the size of ${showTensor(image)} is fixed`,
    "correct 'resize' in NAME.contract.json beside NAME.onnx, or export the model with open height and width",
  );
}
