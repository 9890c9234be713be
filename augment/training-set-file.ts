import { open, readFile, rename, rm } from 'node:fs/promises';
import {
  badValue,
  classIndex,
  expectation,
  type LabeledTrainingImage,
  type LabelSource,
  type Rle,
  rle,
  SelfpasteError,
  type TrainingImage,
  type TrainingInstance,
  type TrainingSet,
} from '../core/index.ts';

/** Version 1 knew no ignored regions, version 2 no donated objects: what was trained on such a set can be drawn again as it was. */
const version = 3;
const readableVersions: readonly number[] = [1, 2, version];

/** A TrainingSet as JSON: masks as COCO's compressed text, of the size of their picture. */
interface StoredSet {
  readonly version: number;
  readonly classNames: readonly string[];
  readonly labeled: readonly StoredImage[];
  readonly pseudo: readonly StoredImage[];
  /** Absent before version 3. */
  readonly donated?: readonly StoredImage[];
}

interface StoredImage {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly instances: readonly { readonly classIndex: number; readonly mask: string; readonly source: LabelSource }[];
  /** Masks. Absent in version 1. */
  readonly ignored?: readonly string[];
}

/** Writes a TrainingSet to a JSON file that is there completely or not at all. */
export async function writeTrainingSet(path: string, set: TrainingSet): Promise<void> {
  const { classNames, labeled, pseudo, donated } = set;
  const stored: StoredSet = { version, classNames, labeled: labeled.map(store), pseudo: pseudo.map(store), donated: donated.map(store) };
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(unfinished, 'w');
    try {
      await file.writeFile(JSON.stringify(stored));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** Reads what {@link writeTrainingSet} wrote. @throws SelfpasteError DATA_BAD_TRAINING_SET for anything else */
export async function readTrainingSet(path: string): Promise<TrainingSet> {
  const stored = await readStored(path);
  if (!readableVersions.includes(stored.version))
    throw badFile(path, `a training set of version ${readableVersions.join(' or ')}`, stored.version);
  try {
    const { classNames, labeled, pseudo, donated = [] } = stored;
    return {
      classNames,
      labeled: labeled.map(restoreLabeled),
      pseudo: pseudo.map(restore),
      donated: donated.map(restoreLabeled),
    };
  } catch (error) {
    throw badFile(path, 'a complete training set', error instanceof Error ? error.message : error, error);
  }
}

async function readStored(path: string): Promise<StoredSet> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as StoredSet;
  } catch (error) {
    throw badFile(path, 'a readable JSON file', error instanceof Error ? error.message : error, error);
  }
}

function store({ path, size, instances, ignored }: TrainingImage): StoredImage {
  const text = ({ counts }: Rle): string => rle.countsToString(counts);
  return {
    path,
    ...size,
    instances: instances.map(({ classIndex, mask, source }) => ({ classIndex, mask: text(mask), source })),
    ignored: ignored.map(text),
  };
}

/** What stands in the labeled and the donated list must be labeled by people: donors come from there. */
function restoreLabeled(stored: StoredImage): LabeledTrainingImage {
  const image = restore(stored);
  const human = ({ source }: TrainingInstance): boolean => source.by === 'human';
  if (!image.instances.every(human)) throw badValue(`labels of ${image.path}`, 'human labels alone', 'teacher');
  return image as LabeledTrainingImage;
}

function restore({ path, width, height, instances, ignored = [] }: StoredImage): TrainingImage {
  const size = { width, height };
  return {
    path,
    size,
    instances: instances.map((stored) => ({
      classIndex: classIndex(stored.classIndex),
      mask: rle.fromString(size, stored.mask),
      source: stored.source,
    })),
    ignored: ignored.map((mask) => rle.fromString(size, mask)),
  };
}

function badFile(path: string, expected: string, value: unknown, cause?: unknown): SelfpasteError {
  return new SelfpasteError(
    'DATA_BAD_TRAINING_SET',
    expectation(`training set ${path}`, expected, value),
    'resume the run: it writes this file anew at the start of each training',
    cause,
  );
}
