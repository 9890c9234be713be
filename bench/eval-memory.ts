import process from 'node:process';
import { categoryId, rle } from '../core/index.ts';
import { type EvaluationImage, evaluate } from '../eval/index.ts';
import { peakRssMb } from './harness.ts';
import { categoryCount, sceneDetections, sceneObjects } from './scene.ts';

/** A process of its own that evaluates images as they are made, or only makes them, and prints its peak RSS in MB. */
const [work, ...numbers] = process.argv.slice(2);
const [seed, images] = numbers.map(Number);

function* madeImages(): Generator<EvaluationImage> {
  for (let imageId = 1; imageId <= images; imageId++) {
    const objects = sceneObjects(seed, imageId);
    yield {
      truths: objects.map(({ category, mask, crowd }) => ({ category, mask, crowd, box: rle.toBox(mask), areaPx2: rle.area(mask) })),
      detections: sceneDetections(seed, imageId, objects, 100).map((detection) => ({ ...detection, box: rle.toBox(detection.mask) })),
    };
  }
}

const categories = Array.from({ length: categoryCount }, (_, index) => categoryId(index + 1));
if (work === 'evaluate') evaluate(madeImages(), categories, 'segm');
else for (const _ of madeImages());
process.stdout.write(String(peakRssMb()));
