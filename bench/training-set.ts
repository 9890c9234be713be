import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTrainingSet } from '../augment/index.ts';
import { classIndex, type TrainingSet } from '../core/index.ts';
import { readCoco } from '../dataset/index.ts';
import { categoryCount } from './scene.ts';

/** The pictures of a folder of inputs as a trainer gets them: human labels, crowds ignored. */
export async function readTrainingPictures(inputs: string): Promise<TrainingSet> {
  const { images } = await readCoco(join(inputs, 'instances_rle.json'), join(inputs, 'images'));
  return {
    classNames: Array.from({ length: categoryCount }, (_, index) => `class_${index + 1}`),
    labeled: images.map(({ path, facts, truths }) => ({
      path,
      size: facts.size,
      instances: truths.flatMap(({ truth: { category, mask, crowd } }) =>
        crowd ? [] : [{ classIndex: classIndex(category - 1), mask, source: { by: 'human' } }],
      ),
      ignored: truths.flatMap(({ truth: { mask, crowd } }) => (crowd ? [mask] : [])),
    })),
    pseudo: [],
    donated: [],
  };
}

/** Hands a stream's training set file to `use`, and removes it afterwards. */
export async function withTrainingSetFile<Result>(set: TrainingSet, use: (file: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'selfpaste-bench-'));
  try {
    const file = join(folder, 'training-set.json');
    await writeTrainingSet(file, set);
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
