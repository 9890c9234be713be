import {
  type CategoryId,
  categoryId,
  fromXywh,
  type GroundTruth,
  imageId,
  rle,
  SelfpasteError,
  type Size,
  toXywh,
  type XywhBox,
} from '../core/index.ts';
import { type CocoCategory, readCategories } from './coco-categories.ts';
import { annotationSchema, parseEntry, readDocument, type TruthImageEntry, truthImageSchema } from './coco-schema.ts';
import { readSegmentationOrEmpty } from './coco-segmentation.ts';
import { IssueLog } from './issue.ts';

/** The truth of a COCO file without its pictures: what an evaluation needs. */
export interface CocoTruths {
  /** Sorted by id. */
  readonly categories: readonly CocoCategory[];
  /** Sorted by id, as COCO's own evaluation takes them. */
  readonly images: readonly CocoTruthImage[];
}

/** A truth with its box's width times height as the file states them; those of its corners may differ in the last bits. */
export type CocoMeasuredTruth = GroundTruth & { readonly boxAreaPx2: number };

export interface CocoTruthImage {
  readonly cocoId: number;
  readonly size: Size;
  readonly truths: readonly CocoMeasuredTruth[];
  /** What LVIS says of the labels: categories that were looked for and are not there, and those of which not every object was labeled. */
  readonly federated?: { readonly negative: readonly CategoryId[]; readonly notExhaustive: readonly CategoryId[] };
}

/**
 * Reads the truth as pycocotools does: boxes and areas are the file's own, and no picture is opened. Unlike labels for training, a bad entry
 * is fatal: leaving it out would change the figures.
 * @throws SelfpasteError DATA_BAD_TRUTH (names the entry), DATA_UNREADABLE, DATA_BAD_JSON, DATA_NOT_COCO, DATA_NO_CATEGORIES
 */
export async function readCocoTruths(path: string): Promise<CocoTruths> {
  const document = await readDocument(path);
  const categories = readCategories(document.categories ?? [], new IssueLog(path));
  const images = new Map<number, CocoTruthImage & { readonly truths: CocoMeasuredTruth[] }>();
  for (const [index, entry] of document.images.entries()) {
    const image = checked(path, `image ${index}`, parseEntry(truthImageSchema, entry));
    const { id, width, height } = image;
    if (typeof width !== 'number' || typeof height !== 'number') throw badTruth(path, `image ${id}`, 'it has no width and height');
    images.set(imageId(id), { cocoId: id, size: { width, height }, truths: [], ...federation(image) });
  }
  const known = new Set<CategoryId>(categories.map(({ id }) => id));
  for (const [index, entry] of (document.annotations ?? []).entries()) {
    const annotation = checked(path, `annotation ${index}`, parseEntry(annotationSchema, entry));
    const image = images.get(annotation.image_id);
    if (image === undefined) throw badTruth(path, `annotation ${index}`, `there is no image ${annotation.image_id}`);
    if (!known.has(categoryId(annotation.category_id)))
      throw badTruth(path, `annotation ${index}`, `there is no category ${annotation.category_id}`);
    const { mask } = checked(path, `annotation ${index}`, segmentation(annotation.segmentation, image.size));
    const crowd = annotation.iscrowd === 1 || annotation.iscrowd === true;
    const areaPx2 = typeof annotation.area === 'number' ? annotation.area : rle.area(mask);
    const stated = statedBox(entry) ?? toXywh(rle.toBox(mask));
    const boxAreaPx2 = stated.width * stated.height;
    image.truths.push({ category: categoryId(annotation.category_id), mask, box: fromXywh(stated), boxAreaPx2, crowd, areaPx2 });
  }
  return { categories, images: [...images.values()].sort((a, b) => a.cocoId - b.cocoId) };
}

function federation({ neg_category_ids, not_exhaustive_category_ids }: TruthImageEntry): Pick<CocoTruthImage, 'federated'> {
  if (!neg_category_ids || !not_exhaustive_category_ids) return {};
  return { federated: { negative: neg_category_ids.map(categoryId), notExhaustive: not_exhaustive_category_ids.map(categoryId) } };
}

type Checked<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: { readonly detail: string } };

function segmentation(value: unknown, size: Size): Checked<{ readonly mask: GroundTruth['mask'] }> {
  const read = readSegmentationOrEmpty(value, size);
  return read.ok ? { ok: true, value: read } : read;
}

function statedBox(entry: unknown): XywhBox | null {
  const { bbox } = entry as { readonly bbox?: unknown };
  if (!Array.isArray(bbox) || bbox.length !== 4 || !bbox.every((side) => Number.isFinite(side))) return null;
  const [x, y, width, height] = bbox as [number, number, number, number];
  return { x, y, width, height };
}

function checked<Value>(path: string, subject: string, result: Checked<Value>): Value {
  if (result.ok) return result.value;
  throw badTruth(path, subject, result.problem.detail);
}

function badTruth(path: string, subject: string, why: string): SelfpasteError {
  return new SelfpasteError(
    'DATA_BAD_TRUTH',
    `Expected a complete truth in ${JSON.stringify(path)}, but ${subject} cannot be used: ${why}`,
    'mend or remove the entry: an evaluation leaves nothing out in silence',
  );
}
