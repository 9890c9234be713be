/** Golden scenes for the tests of this room. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { categoryId, fromXywh, type GroundTruth, rle, type Size } from '../core/index.ts';
import type { Detection, EvaluationImage } from './index.ts';

/** Means are summed in another order than numpy does. */
export const tolerance = 1e-9;

export interface GoldenObject {
  readonly image: number;
  readonly category: number;
  readonly counts: string;
  readonly bbox: readonly [number, number, number, number];
}

export interface GoldenScenes extends Size {
  readonly truths: readonly (GoldenObject & { area: number; crowd?: number })[];
  readonly detections: readonly (GoldenObject & { score: number })[];
}

export type Metrics = Readonly<Record<string, number | null>>;

export const readGolden = <Golden>(name: string): Golden =>
  JSON.parse(readFileSync(join(process.cwd(), 'test/golden', name), 'utf8')) as Golden;

/** One image of a golden file; `boxAreas` as loadRes has it where results carry `bbox`. */
export function goldenImage(golden: GoldenScenes, id: number, boxAreas: boolean): EvaluationImage {
  const { width, height } = golden;
  const isHere = ({ image }: GoldenObject): boolean => image === id;
  return {
    truths: golden.truths
      .filter(isHere)
      .map((truth) => ({ ...instance({ width, height }, truth), crowd: truth.crowd === 1, areaPx2: truth.area })),
    detections: golden.detections.filter(isHere).map(
      (detection): Detection => ({
        ...instance({ width, height }, detection),
        score: detection.score,
        ...(boxAreas ? { areaPx2: detection.bbox[2] * detection.bbox[3] } : {}),
      }),
    ),
  };
}

export function instance(size: Size, { category, counts, bbox }: GoldenObject): Pick<GroundTruth, 'category' | 'mask' | 'box'> {
  const [x, y, width, height] = bbox;
  return { category: categoryId(category), mask: rle.fromString(size, counts), box: fromXywh({ x, y, width, height }) };
}

export function truthOf(box: GroundTruth['box']): GroundTruth {
  const mask = rle.fromBox({ width: 20, height: 20 }, box);
  return { category: categoryId(1), box, mask, crowd: false, areaPx2: rle.area(mask) };
}

/** Every expected number is there, and null where null is expected. */
export function assertNumbers(actual: object, expected: Metrics, where: string, within = tolerance): void {
  const values = actual as Metrics;
  for (const [metric, value] of Object.entries(expected)) {
    const message = `${where} ${metric}: ${values[metric]} for ${value}`;
    if (value === null) assert.equal(values[metric], null, message);
    else assert.ok(Math.abs((values[metric] ?? Number.NaN) - value) <= within, message);
  }
}

export function assertCurve(actual: readonly number[], expected: readonly number[], where: string): void {
  assert.equal(actual.length, expected.length, where);
  actual.forEach((value, at) => {
    assert.ok(Math.abs(value - expected[at]) <= tolerance, `${where}, recall ${at / 100}: ${value} for ${expected[at]}`);
  });
}
