import { onnx, type Rng } from '../../core/index.ts';
import { CLASS_PRIOR_LOGIT } from './architecture.ts';
import { refusal, showNode } from './refusal.ts';

/** For each class of the student, the source's class of the same name, or null for a new one. */
export type KeptRows = readonly (number | null)[];

/**
 * Spread of a new row's weights, as RetinaNet has it: no opinion, and no two rows alike. The mean of the old rows was tried instead, for what all
 * classes share: it starts with a lower loss and ranks no better, or worse in the first steps.
 */
const NEW_ROW_DEVIATION = 0.01;

/** Names are compared without case and outer blanks. @param sourceNames by row, null for one without a name */
export function keptRows(sourceNames: readonly (string | null)[], classNames: readonly string[]): KeptRows {
  const plain = (name: string) => name.trim().toLowerCase();
  const rows = new Map(sourceNames.flatMap((name, row) => (name === null ? [] : [[plain(name), row]])));
  return classNames.map((name) => rows.get(plain(name)) ?? null);
}

/**
 * The same initializers with the class convolutions' rows for the student's classes: known classes keep theirs bit for bit, new ones begin
 * with small random weights and the prior bias. Levels that share a convolution go on sharing it.
 * Throws MODEL_NO_WARM_START for a class convolution without bias.
 */
export function withClassRows(
  initializers: readonly onnx.Tensor[],
  convolutions: readonly onnx.Node[],
  rows: KeptRows,
  rng: Rng,
): readonly onnx.Tensor[] {
  const weights = new Set(convolutions.map(({ inputs }) => inputs[1]));
  const biases = new Set(convolutions.map(biasOf));
  return initializers.map((tensor) => {
    if (weights.has(tensor.name)) return withRows(tensor, rows, () => NEW_ROW_DEVIATION * rng.normal());
    if (biases.has(tensor.name)) return withRows(tensor, rows, () => CLASS_PRIOR_LOGIT);
    return tensor;
  });
}

function withRows(tensor: onnx.Tensor, rows: KeptRows, fresh: () => number): onnx.Tensor {
  const old = onnx.tensorValues(tensor) as Float32Array;
  const rest = tensor.dims.slice(1);
  const width = rest.reduce((all, dim) => all * dim, 1);
  const values = new Float32Array(rows.length * width);
  for (const [index, row] of rows.entries()) {
    const target = values.subarray(index * width, (index + 1) * width);
    if (row === null) for (let at = 0; at < width; at++) target[at] = fresh();
    else target.set(old.subarray(row * width, (row + 1) * width));
  }
  return onnx.floatTensor(tensor.name, [rows.length, ...rest], values);
}

function biasOf(node: onnx.Node): string {
  const bias = node.inputs[2] ?? '';
  if (bias !== '') return bias;
  throw refusal(
    'a class convolution',
    'a bias, which holds how rare objects are',
    showNode(node),
    'start from a YOLOv8-seg or YOLO11-seg export',
  );
}
