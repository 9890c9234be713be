import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { classIndex, onnx } from '../core/index.ts';
import { decodeImage } from '../dataset/index.ts';
import { readSpec, warmStart } from '../student/index.ts';
import { type Detection, openTeacher, readContract } from '../teacher/index.ts';

/** The pretrained file, and pictures on which its detections are known; see shared/models/README.md. */
const shared = join(process.cwd(), '../shared');
const source = join(shared, 'models/yolo11n-seg.onnx');
const pictures = ['000000000312.jpg', '000000000074.jpg', '000000000036.jpg'];
const skip = existsSync(source) ? false : `${source} is absent`;

const folder = mkdtempSync(join(tmpdir(), 'selfpaste-warm-start-'));
after(() => rmSync(folder, { recursive: true }));

test('a student that starts from a pretrained YOLO11 with its classes finds what that finds', { skip }, async () => {
  const { classNames } = await readContract(source);
  const path = await startedStudent('same', classNames as readonly string[], 640);
  assert.deepEqual((await readContract(path)).classNames, classNames);
  const [given, wanted] = [await detectAll(path), await detectAll(source)];
  assert.ok(wanted.every((detections) => detections.length > 0));
  // The network's weights and operators are the same, and so are the bytes of its answers.
  assert.deepEqual(given, wanted);
});

test('for other classes and a smaller picture it still knows those that the source knows', { skip }, async () => {
  const path = await startedStudent('other', ['resistor', 'ELEPHANT', 'Person'], 320);
  const { license, spec } = facts(path);
  assert.equal(license, 'AGPL-3.0 License (https://ultralytics.com/license)');
  assert.deepEqual([spec.inputSize, spec.strides], [320, { levels: [8, 16, 32], prototype: 4 }]);
  const { head } = await readContract(path);
  assert.equal(head.kind, 'yolo-seg');
  const found = new Set((await detectAll(path)).flat().map((detection) => detection.classIndex));
  assert.ok(found.has(classIndex(2)), 'no person on any picture');
  assert.ok(!found.has(classIndex(0)), 'a class that nobody taught it');
});

async function startedStudent(name: string, classNames: readonly string[], inputSize: number): Promise<string> {
  const path = join(folder, `${name}.onnx`);
  const { classNames: known } = await readContract(source);
  const { model } = warmStart({ model: onnx.decodeModel(readFileSync(source)), classNames: known }, { classNames, inputSize }, 1);
  writeFileSync(path, onnx.encodeModel(model));
  return path;
}

function facts(path: string) {
  const model = onnx.decodeModel(readFileSync(path));
  return { license: model.metadata.get('license'), spec: readSpec(model) };
}

async function detectAll(path: string): Promise<readonly (readonly Detection[])[]> {
  const teacher = await openTeacher(path, { floor: 0.25, nmsIou: 0.7, maxDetections: 300, threads: 1 });
  const found: (readonly Detection[])[] = [];
  for (const name of pictures) found.push(await teacher.detect(await decodeImage(join(shared, 'data/coco128/images', name))));
  await teacher.close();
  return found;
}
