import assert from 'node:assert/strict';
import test from 'node:test';
import { boxArea, type RgbImage, rle, type Size, showSize, stream } from '../../core/index.ts';
import type { Detection, DetectionSettings, Teacher, TeacherSettings } from '../../teacher/index.ts';

const settings: TeacherSettings = { floor: 0.05, nmsIou: 0.7, maxDetections: 20, threads: 1 };

/** From one pixel to the shapes that break rounding. */
const sizes: readonly Size[] = [
  { width: 1, height: 1 },
  { width: 1, height: 5000 },
  { width: 5000, height: 1 },
  { width: 33, height: 17 },
  { width: 700, height: 300 },
];

/** What every teacher must do, whatever model is behind it. `skip` is the reason why this one cannot be tested here, or false. */
export function teacherContract(name: string, open: (settings: TeacherSettings) => Promise<Teacher>, skip: string | false = false): void {
  for (const size of sizes) {
    test(`${name}: detections in a picture of ${showSize(size)} are sound`, { skip }, async () => {
      const [detections] = await detectAll(open, settings, [noise(size)]);
      assertSound(detections, size, settings);
    });
  }

  test(`${name}: a picture gives the same detections again, also after another and while others wait`, { skip }, async () => {
    const [first, other, again] = [noise({ width: 64, height: 48 }), noise({ width: 48, height: 64 }), noise({ width: 64, height: 48 })];
    const [a, b, c] = await detectAll(open, settings, [first, other, again]);
    const [alone] = await detectAll(open, settings, [other]);
    assert.deepEqual(c, a);
    assert.deepEqual(b, alone);
  });

  test(`${name}: a higher floor only removes`, { skip }, async () => {
    const image = noise({ width: 64, height: 64 });
    const [all] = await detectAll(open, { ...settings, maxDetections: 1000 }, [image]);
    const [sure] = await detectAll(open, { ...settings, maxDetections: 1000, floor: 0.5 }, [image]);
    assert.deepEqual(
      sure,
      all.filter(({ score }) => score >= 0.5),
    );
  });

  test(`${name}: the best of all are what a lower limit keeps`, { skip }, async () => {
    const image = noise({ width: 64, height: 64 });
    const [all] = await detectAll(open, settings, [image]);
    const [one] = await detectAll(open, { ...settings, maxDetections: 1 }, [image]);
    assert.ok(one.length <= 1);
    assert.deepEqual(one, all.slice(0, one.length));
  });

  test(`${name}: closes twice, and refuses pictures afterwards`, { skip }, async () => {
    const teacher = await open(settings);
    await teacher.close();
    await teacher.close();
    await assert.rejects(teacher.detect(noise({ width: 8, height: 8 })), {
      message: /^Expected an open teacher for teacher, got "a closed one"/,
    });
  });
}

async function detectAll(
  open: (settings: TeacherSettings) => Promise<Teacher>,
  withSettings: TeacherSettings,
  images: readonly RgbImage[],
): Promise<readonly (readonly Detection[])[]> {
  const teacher = await open(withSettings);
  try {
    return await Promise.all(images.map((image) => teacher.detect(image)));
  } finally {
    await teacher.close();
  }
}

function assertSound(detections: readonly Detection[], size: Size, { floor, maxDetections }: DetectionSettings): void {
  assert.ok(detections.length <= maxDetections);
  for (const [rank, { score, box, mask }] of detections.entries()) {
    assert.ok(score >= floor && score <= 1, `score ${score}`);
    assert.ok(rank === 0 || score <= detections[rank - 1].score, 'by falling score');
    assert.ok(boxArea(box) > 0 && box.x1 >= 0 && box.y1 >= 0 && box.x2 <= size.width && box.y2 <= size.height, 'box inside the picture');
    assert.deepEqual(mask.size, size);
    assert.equal(
      mask.counts.reduce((sum, run) => sum + run, 0),
      size.width * size.height,
    );
    assert.ok(rle.area(mask) > 0, 'mask not empty');
    assertCentresInside(rle.toBox(mask), box);
  }
}

function assertCentresInside(mask: ReturnType<typeof rle.toBox>, box: ReturnType<typeof rle.toBox>): void {
  assert.ok(mask.x1 + 0.5 >= box.x1 && mask.y1 + 0.5 >= box.y1 && mask.x2 - 0.5 < box.x2 && mask.y2 - 0.5 < box.y2, 'mask inside its box');
}

function noise(size: Size): RgbImage {
  const rng = stream(7, 'noise', size.width, size.height);
  return { size, data: Uint8Array.from({ length: size.width * size.height * 3 }, () => rng.integer(256)) };
}
