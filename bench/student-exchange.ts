import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onnx, type Sample } from '../core/index.ts';
import { anchorCount, type Backend, StudentTrainer, type Targets } from '../student/index.ts';
import { trainSettings } from './student-training.ts';
import { type ExchangeReport, partNames } from './student-work.ts';

/** What a training is made of, for another program: tensors by name, little-endian, row-major. */
class TensorFile {
  readonly #facts: { readonly name: string; readonly type: string; readonly shape: readonly number[]; readonly offset: number }[] = [];
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  add(name: string, type: 'float32' | 'int32' | 'uint8', shape: readonly number[], values: Float32Array | Int32Array | Uint8Array): void {
    this.#facts.push({ name, type, shape, offset: this.#length });
    this.#parts.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#length += values.byteLength;
  }

  /** Writes NAME.bin, and NAME.json with what is in it. */
  async write(path: string, facts: object): Promise<void> {
    await writeFile(`${path}.bin`, Buffer.concat(this.#parts));
    await writeFile(`${path}.json`, JSON.stringify({ ...facts, tensors: this.#facts }));
  }
}

/** Trains so many steps, and writes what a peer needs to take the same: model, batch, and the targets that each step chose. */
export async function writeExchange(
  folder: string,
  backend: Backend,
  model: onnx.Model,
  batch: readonly Sample[],
  steps: number,
): Promise<ExchangeReport> {
  const trainer = new StudentTrainer(backend, model, trainSettings);
  const rows: RowShape = { anchorCount: anchorCount(trainer.spec), classCount: trainer.spec.classNames.length };
  const file = new TensorFile();
  const losses = Array.from({ length: steps }, (_, step) => {
    addTargets(file, `${step}/`, trainer.targets(batch), rows);
    const report = trainer.train(batch);
    return Object.fromEntries(partNames.map((name) => [name, report[name]])) as ExchangeReport['losses'][number];
  });
  const { width, height } = batch[0].image.size;
  file.add('images', 'uint8', [batch.length, height, width, 3], Buffer.concat(batch.map(({ image }) => image.data)));
  await writeFile(join(folder, 'student.onnx'), onnx.encodeModel(model));
  await file.write(join(folder, 'batch'), { settings: trainSettings, steps });
  return { losses };
}

/** Class logits of an image: a row an anchor. */
interface RowShape {
  readonly anchorCount: number;
  readonly classCount: number;
}

/** One list each for the batch: B batch, A anchors, K classes, P positives, Q anchors with a mask, N mask cells. Weights are normalised. */
function addTargets(file: TensorFile, prefix: string, images: readonly Targets[], { anchorCount, classCount }: RowShape): void {
  const rows = images.length * anchorCount;
  const normalizer = Math.max(1, sumOf(images.map(({ scoreSum }) => scoreSum)));
  const classTargets = new Float32Array(rows * classCount);
  images.forEach(({ classes: { places, scores } }, image) => {
    places.forEach((place, at) => {
      classTargets[image * anchorCount * classCount + place] = scores[at];
    });
  });
  const scaled = (values: Iterable<number>) => Array.from(values, (value) => value / normalizer);
  const floats = (name: string, shape: readonly number[], values: readonly number[]) =>
    file.add(`${prefix}${name}`, 'float32', shape, Float32Array.from(values));
  const integers = (name: string, values: readonly number[]) =>
    file.add(`${prefix}${name}`, 'int32', [values.length], Int32Array.from(values));

  file.add(`${prefix}classTargets`, 'float32', [images.length, anchorCount, classCount], classTargets);
  floats(
    'classWeights',
    [images.length, anchorCount],
    images.flatMap(({ classes }) => scaled(classes.anchorWeights)),
  );
  const positives = images.flatMap(({ boxes }, image) => Array.from(boxes.anchors, (anchor) => image * anchorCount + anchor));
  integers('positiveRows', positives);
  floats(
    'distances',
    [positives.length, 4],
    images.flatMap(({ boxes }) => [...boxes.distances]),
  );
  floats(
    'boxWeights',
    [positives.length],
    images.flatMap(({ boxes }) => scaled(boxes.weights)),
  );
  addMasks(images, anchorCount, floats, integers);
}

function addMasks(
  images: readonly Targets[],
  anchorCount: number,
  floats: (name: string, shape: readonly number[], values: readonly number[]) => void,
  integers: (name: string, values: readonly number[]) => void,
): void {
  const normalizer = Math.max(1, sumOf(images.map(({ maskSum }) => maskSum)));
  const masks = images.flatMap(({ masks }, image) =>
    masks.flatMap(({ anchors, cells, weight }) =>
      anchors.map((anchor) => ({ row: image * anchorCount + anchor, cells, weight: weight / normalizer })),
    ),
  );
  integers(
    'maskPositives',
    masks.map(({ row }) => row),
  );
  floats(
    'maskPositiveWeights',
    [masks.length],
    masks.map(({ weight }) => weight),
  );
  integers(
    'cellOwners',
    masks.flatMap(({ cells }, owner) => Array.from(cells.places, () => owner)),
  );
  integers(
    'cellRows',
    masks.flatMap(({ cells }) => [...cells.places]),
  );
  floats(
    'cellTargets',
    [sumOf(masks.map(({ cells }) => cells.places.length))],
    masks.flatMap(({ cells }) => [...cells.targets]),
  );
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
