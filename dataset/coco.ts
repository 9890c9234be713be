import { setImmediate } from 'node:timers/promises';
import { type CategoryId, categoryId, type GroundTruth, type Rle, rle, SelfpasteError, type Size } from '../core/index.ts';
import { type CocoCategory, readCategories } from './coco-categories.ts';
import { type CocoImageFile, readImageFiles } from './coco-images.ts';
import { type AnnotationEntry, annotationSchema, parseEntry, readDocument } from './coco-schema.ts';
import { readSegmentation } from './coco-segmentation.ts';
import { type Issue, IssueLog } from './issue.ts';
import { type DataLimits, DEFAULT_LIMITS } from './limits.ts';

/** A human label with its id in the file; null where that id is missing or was given to an earlier annotation. */
export interface CocoTruth {
  readonly cocoId: number | null;
  readonly truth: GroundTruth;
}

/** A picture with its human labels; none is a true negative. */
export interface CocoImage extends CocoImageFile {
  readonly truths: readonly CocoTruth[];
}

export interface CocoDataset {
  /** Sorted by id. */
  readonly categories: readonly CocoCategory[];
  readonly images: readonly CocoImage[];
  /** Everything that was left out or repaired. */
  readonly issues: readonly Issue[];
}

/**
 * Reads a COCO instance file and its pictures for training or validation. Every picture is decoded once, so that a damaged one is found now.
 * A bad entry is left out with its reason; box and area are computed from the mask; `areaPx2` is the stated area where it is within a factor
 * of two of the mask's.
 * @param imageRoot folder that file names are relative to; nothing outside it is opened unless `limits` allow it.
 * @throws SelfpasteError DATA_UNREADABLE, DATA_BAD_JSON, DATA_NOT_COCO, DATA_NO_CATEGORIES, DATA_BAD_CATEGORIES, DATA_NO_IMAGES,
 * DATA_NO_ANNOTATIONS
 */
export async function readCoco(path: string, imageRoot: string, limits: DataLimits = DEFAULT_LIMITS): Promise<CocoDataset> {
  const log = new IssueLog(path);
  const document = await readDocument(path);
  const categories = readCategories(document.categories ?? [], log);
  const files = await readImageFiles(document.images, imageRoot, limits, log);
  const perImage = groupAnnotations(document.annotations ?? [], document.images, categories, log);
  const reader = new TruthReader(log);
  const images: CocoImage[] = [];
  for (const file of files) {
    images.push({ ...file, truths: reader.read(perImage.get(file.cocoId) ?? [], file.facts.size) });
    perImage.delete(file.cocoId);
    // Rasterising is quick, but a data set is long: the event loop gets its turn after each picture.
    await setImmediate();
  }
  reportOrphans(perImage, log);
  if (images.every(({ truths }) => truths.length === 0)) throw noAnnotations(log);
  return { categories, images, issues: log.issues };
}

/**
 * Reads only the pictures of a COCO file, for labeling them under its ids. Annotations and categories may be absent.
 * @throws SelfpasteError DATA_UNREADABLE, DATA_BAD_JSON, DATA_NOT_COCO, DATA_NO_IMAGES
 */
export async function readCocoImages(
  path: string,
  imageRoot: string,
  limits: DataLimits = DEFAULT_LIMITS,
): Promise<{ images: readonly CocoImageFile[]; issues: readonly Issue[] }> {
  const log = new IssueLog(path);
  const { images } = await readDocument(path);
  return { images: await readImageFiles(images, imageRoot, limits, log), issues: log.issues };
}

/** Annotations that name an image and a category of the file, by image id. */
function groupAnnotations(
  entries: readonly unknown[],
  images: readonly unknown[],
  categories: readonly CocoCategory[],
  log: IssueLog,
): Map<number, AnnotationEntry[]> {
  const imageIds = new Set(images.map((image) => (image as { id?: unknown } | null)?.id));
  const categoryIds = new Set<number>(categories.map(({ id }) => id));
  const groups = new Map<number, AnnotationEntry[]>();
  for (const [index, entry] of entries.entries()) {
    const parsed = parseEntry(annotationSchema, entry);
    if (!parsed.ok) {
      log.add(subjectAt(entry, index), parsed.problem.reason, parsed.problem.detail);
      continue;
    }
    const { image_id: image, category_id: category } = parsed.value;
    if (!imageIds.has(image)) log.add(subjectAt(entry, index), 'unknown-image', `there is no image ${image} in the file`);
    else if (!categoryIds.has(category))
      log.add(subjectAt(entry, index), 'unknown-category', `there is no category ${category} in the file`);
    else pushTo(groups, image, parsed.value);
  }
  return groups;
}

function subjectAt(entry: unknown, index: number): string {
  const id = (entry as { id?: unknown } | null)?.id;
  return typeof id === 'number' ? `annotation ${id}` : `annotation at index ${index}`;
}

function pushTo<Key, Value>(groups: Map<Key, Value[]>, key: Key, value: Value): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}

/** Reads annotations image by image and knows which annotation ids came before. */
class TruthReader {
  readonly #log: IssueLog;
  readonly #usedIds = new Set<number>();

  constructor(log: IssueLog) {
    this.#log = log;
  }

  read(annotations: readonly AnnotationEntry[], size: Size): CocoTruth[] {
    const truths: CocoTruth[] = [];
    const seen = new Set<string>();
    for (const annotation of annotations) {
      const subject = `annotation ${showId(annotation.id)}`;
      const segmentation = readSegmentation(annotation.segmentation, size);
      if (!segmentation.ok) {
        this.#log.add(subject, segmentation.problem.reason, segmentation.problem.detail);
        continue;
      }
      for (const { reason, detail } of segmentation.leftOut) this.#log.add(subject, reason, `${detail}; the other parts are kept`);
      const key = `${annotation.category_id} ${rle.countsToString(segmentation.mask.counts)}`;
      if (seen.has(key))
        this.#log.add(subject, 'duplicate-annotation', `image ${annotation.image_id} has the same mask and category before; one is kept`);
      else truths.push({ cocoId: this.#claimId(annotation.id), truth: truthOf(annotation, segmentation.mask) });
      seen.add(key);
    }
    return truths;
  }

  #claimId(id: unknown): number | null {
    if (typeof id === 'number' && Number.isSafeInteger(id) && !this.#usedIds.has(id)) {
      this.#usedIds.add(id);
      return id;
    }
    if (id !== undefined && id !== null)
      this.#log.add(`annotation ${showId(id)}`, 'bad-annotation-id', 'its id is no integer or comes twice; it is kept without id');
    return null;
  }
}

const showId = (id: unknown): string => (id === undefined ? 'without id' : String(JSON.stringify(id)));

function truthOf({ category_id, area, iscrowd }: AnnotationEntry, mask: Rle): GroundTruth {
  const maskAreaPx2 = rle.area(mask);
  const plausible = typeof area === 'number' && area >= maskAreaPx2 / 2 && area <= maskAreaPx2 * 2;
  const category: CategoryId = categoryId(category_id);
  return { category, box: rle.toBox(mask), mask, crowd: iscrowd === 1 || iscrowd === true, areaPx2: plausible ? area : maskAreaPx2 };
}

function reportOrphans(groups: ReadonlyMap<number, readonly AnnotationEntry[]>, log: IssueLog): void {
  for (const [image, { length }] of groups)
    log.add(
      `image ${image}`,
      'annotations-left-out',
      `${length} ${length === 1 ? 'annotation is' : 'annotations are'} left out with the image`,
    );
}

const noAnnotations = (log: IssueLog) =>
  new SelfpasteError(
    'DATA_NO_ANNOTATIONS',
    `Expected at least one usable annotation for ${JSON.stringify(log.file)}, got none: ${log.summary()}`,
    'give a file with masks; pictures without labels belong to the unlabeled set',
  );
