import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import sharp from 'sharp';
import { type Box, boxIou, type RgbImage, rle } from '../core/index.ts';
import { type Detection, openTeacher } from './index.ts';

/** Detections of a decoder written independently of this project, in Python; see shared/models/README.md. */
interface ReferenceFile {
  readonly settings: { readonly confidence: number; readonly nms_iou: number; readonly max_detections: number };
  readonly images: readonly { readonly file: string; readonly detections: readonly ReferenceDetection[] }[];
}

interface ReferenceDetection {
  readonly class_id: number;
  readonly score: number;
  readonly bbox_xyxy: readonly [number, number, number, number];
  readonly mask: { readonly size: readonly [number, number]; readonly counts: string };
}

/** JPEG decoders and resizers differ by a level here and there; nothing else may. */
const tolerance = { score: 0.02, boxIou: 0.9, maskIou: 0.9, extraScore: 0.03 };

const root = join(process.cwd(), '..');
const models = join(root, 'shared/models');
const skip = existsSync(models) ? false : 'shared/models is absent';

for (const name of ['yolo11n-seg', 'yolo11n-seg-int8', 'nuclei-yoloseg']) {
  test(`${name} detects what the reference decoder does`, { skip }, async (context) => {
    const reference = JSON.parse(readFileSync(join(models, `${name}.reference.json`), 'utf8')) as ReferenceFile;
    const { confidence, nms_iou: nmsIou, max_detections: maxDetections } = reference.settings;
    const teacher = await openTeacher(join(models, `${name}.onnx`), { floor: confidence, nmsIou, maxDetections, threads: 1 });
    const figures: Agreement[] = [];
    for (const { file, detections: expected } of reference.images) {
      const found = [...(await teacher.detect(await decode(join(root, file))))];
      for (const one of expected) figures.push(takeMatch(file, one, found, confidence));
      const extra = found.filter(({ score }) => score > confidence + tolerance.extraScore);
      assert.deepEqual(extra, [], `${file}: detections that the reference does not have`);
    }
    await teacher.close();
    context.diagnostic(summary(figures));
  });
}

interface Agreement {
  readonly boxIou: number;
  readonly maskIou: number;
  readonly scoreDifference: number;
}

/** Removes the best match from `found` and checks it. */
function takeMatch(file: string, expected: ReferenceDetection, found: Detection[], confidence: number): Agreement {
  const candidates = found.filter(({ classIndex }) => classIndex === expected.class_id);
  const expectedBox = toBox(expected);
  const match = candidates.reduce<Detection | undefined>(
    (best, one) => (best && boxIou(best.box, expectedBox) >= boxIou(one.box, expectedBox) ? best : one),
    undefined,
  );
  assert.ok(match, `${file}: nothing matches class ${expected.class_id} at ${expected.bbox_xyxy}`);
  found.splice(found.indexOf(match), 1);
  const [height, width] = expected.mask.size;
  const agreement = {
    boxIou: boxIou(match.box, expectedBox),
    maskIou: rle.iou(match.mask, rle.fromString({ width, height }, expected.mask.counts)),
    scoreDifference: Math.abs(match.score - expected.score),
  };
  const what = `${file}: class ${expected.class_id} at ${expected.bbox_xyxy}: ${JSON.stringify(agreement)}`;
  assert.ok(agreement.boxIou >= tolerance.boxIou, what);
  assert.ok(agreement.maskIou >= tolerance.maskIou, what);
  assert.ok(agreement.scoreDifference <= tolerance.score, what);
  assert.ok(match.score >= confidence, what);
  return agreement;
}

function toBox({ bbox_xyxy: [x1, y1, x2, y2] }: ReferenceDetection): Box {
  return { x1, y1, x2, y2 };
}

function summary(figures: readonly Agreement[]): string {
  const least = (key: keyof Agreement) => Math.min(...figures.map((one) => one[key])).toFixed(4);
  const mean = (key: keyof Agreement) => (figures.reduce((sum, one) => sum + one[key], 0) / figures.length).toFixed(4);
  const most = Math.max(...figures.map(({ scoreDifference }) => scoreDifference)).toFixed(4);
  return `${figures.length} detections; mask IoU min ${least('maskIou')} mean ${mean('maskIou')}; box IoU min ${least('boxIou')} mean ${mean('boxIou')}; largest score difference ${most}`;
}

async function decode(path: string): Promise<RgbImage> {
  const { data, info } = await sharp(path).autoOrient().removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  assert.equal(info.channels, 3);
  return { size: { width: info.width, height: info.height }, data };
}
