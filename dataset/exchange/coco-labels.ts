/** What the formats of the COCO family have in common: our extra fields, and their readers. */
import { type Box, fromXywh, type Size } from '../../core/index.ts';
import type { CocoCategory } from '../coco-categories.ts';
import { readCategories } from '../coco-categories.ts';
import { type AnnotationEntry, annotationSchema, type CocoDocument, imageSchema, parseDocument, parseEntry } from '../coco-schema.ts';
import { readSegmentation } from '../coco-segmentation.ts';
import type { CocoInstance } from '../coco-write.ts';
import type { IssueLog } from '../issue.ts';
import { CategoryTable } from './category-table.ts';
import type { ExchangedImage, ExchangedLabel } from './exchange.ts';
import {
  badExchange,
  isFileName,
  isObject,
  labelsOf,
  readExtraFields,
  readScore,
  readSha256,
  readSize,
  settled,
  withBox,
} from './fields.ts';

/** Pictures and labels as `dataset/coco-write.ts` takes them, the labels themselves in the same order; images are numbered from 1. */
export interface CocoParts {
  readonly images: readonly { readonly id: number; readonly fileName: string; readonly size: Size; readonly sha256: string | null }[];
  readonly instances: readonly CocoInstance[];
  readonly labels: readonly ExchangedLabel[];
}

export function cocoParts(images: Iterable<ExchangedImage>, categories: readonly CocoCategory[]): CocoParts {
  const table = new CategoryTable(categories);
  const records: CocoParts['images'][number][] = [];
  const instances: CocoInstance[] = [];
  const labels: ExchangedLabel[] = [];
  for (const { fileName, size, sha256, labels: own } of images) {
    const imageId = records.length + 1;
    records.push({ id: imageId, fileName, size, sha256 });
    for (const label of own) {
      const { mask, box, score } = label;
      instances.push({ imageId, category: table.named(label.category).id, mask, box, ...(score === null ? {} : { score }) });
      labels.push(label);
    }
  }
  return { images: records, instances, labels };
}

/** Image entries with the hash beside what COCO has. */
export const withHashes = <Entry extends object>(entries: readonly Entry[], { images }: CocoParts): object[] =>
  entries.map((entry, index) => {
    const { sha256 } = images[index];
    return sha256 === null ? entry : { ...entry, sha256 };
  });

/** The outline of a COCO file that another program wrote. @throws SelfpasteError DATA_BAD_EXCHANGE */
export function labelDocument(path: string, json: unknown): CocoDocument {
  const parsed = parseDocument(json);
  if (parsed.ok) return parsed.value;
  const got = isObject(json) ? `an object with ${Object.keys(json).slice(0, 6).join(', ') || 'nothing'}` : kindOf(json);
  throw badExchange(path, 'a COCO data set (an object with the lists images, annotations and categories)', got);
}

const kindOf = (json: unknown): string => (Array.isArray(json) ? 'an array' : json === null ? 'null' : typeof json);

/**
 * Pictures and labels of an instance file; its entries may have our fields, and those below `attributes` as CVAT writes them.
 * @throws SelfpasteError DATA_BAD_EXCHANGE for a file without annotations, in which every picture would be one without objects
 */
export function readInstances(document: CocoDocument, log: IssueLog): ExchangedImage[] {
  const names = new Map<number, string>(readCategories(document.categories ?? [], log).map(({ id, name }) => [id, name]));
  const images = readImages(document.images, log);
  if (document.annotations === undefined) throw badExchange(log.file, 'a COCO data set with a list of annotations', 'none');
  for (const [index, raw] of document.annotations.entries()) images.addEntry(raw, names, subjectAt(raw, index));
  return settled(images.all(), log);
}

function subjectAt(raw: unknown, index: number): string {
  const id = isObject(raw) ? raw.id : undefined;
  return typeof id === 'number' ? `annotation ${id}` : `annotation at index ${index}`;
}

function fieldsOf(raw: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(raw)) return {};
  return isObject(raw.attributes) ? { ...raw.attributes, ...raw } : raw;
}

/** The pictures of a COCO file by their ids, while labels are added to them. */
export class CocoPictures {
  readonly #byId = new Map<number, { readonly image: Omit<ExchangedImage, 'labels'>; readonly entries: ExchangedLabel[][] }>();
  readonly #log: IssueLog;
  /** Entries that do not say of which picture they are: they may be of any. */
  #homeless = 0;

  constructor(log: IssueLog) {
    this.#log = log;
  }

  addImage(id: number, image: Omit<ExchangedImage, 'labels'>): void {
    const before = this.#byId.get(id);
    if (before === undefined) this.#byId.set(id, { image, entries: [] });
    else {
      this.#log.add(`image ${id}`, 'duplicate-image-id', 'an image before has this id; this one is left out');
      before.entries.push([]);
    }
  }

  /** An annotation or a result, which may have our fields. @param names of categories by id */
  addEntry(raw: unknown, names: ReadonlyMap<number, string>, subject: string): void {
    const parsed = parseEntry(annotationSchema, raw);
    if (parsed.ok) this.#addLabel(parsed.value, fieldsOf(raw), names, subject);
    else {
      this.#log.add(subject, parsed.problem.reason, parsed.problem.detail);
      this.#addUnread(isObject(raw) ? raw.image_id : undefined);
    }
  }

  #addLabel(entry: AnnotationEntry, fields: Readonly<Record<string, unknown>>, names: ReadonlyMap<number, string>, subject: string): void {
    const picture = this.#byId.get(entry.image_id);
    const category = names.get(entry.category_id);
    if (picture === undefined) this.#log.add(subject, 'unknown-image', `there is no usable image ${entry.image_id} in the file`);
    else if (category === undefined) {
      this.#log.add(subject, 'unknown-category', `there is no category ${entry.category_id} in the file`);
      picture.entries.push([]);
    } else picture.entries.push(readLabel(entry, { ...fields, category }, picture.image.size, subject, this.#log));
  }

  #addUnread(imageId: unknown): void {
    if (Number.isSafeInteger(imageId)) this.#byId.get(imageId as number)?.entries.push([]);
    else this.#homeless++;
  }

  all(): ExchangedImage[] {
    return [...this.#byId.values()].map(({ image, entries }) => ({ ...image, ...labelsOf(entries, this.#homeless) }));
  }
}

function readLabel(
  { segmentation, iscrowd }: AnnotationEntry,
  fields: Readonly<Record<string, unknown>> & { readonly category: string },
  size: Size,
  subject: string,
  log: IssueLog,
): ExchangedLabel[] {
  const read = readSegmentation(segmentation, size);
  if (!read.ok) {
    log.add(subject, read.problem.reason, read.problem.detail);
    return [];
  }
  for (const { reason, detail } of read.leftOut) log.add(subject, reason, `${detail}; the other parts are kept`);
  const box = readBbox(fields.bbox);
  const found = {
    ...readExtraFields(fields),
    category: fields.category,
    mask: read.mask,
    score: fields.unscored === true ? null : readScore(fields.score, subject, log),
    crowd: iscrowd === 1 || iscrowd === true,
    ...(box === null ? {} : { box }),
  };
  return withBox(found, subject, log);
}

/** The usable pictures of a COCO file. */
export function readImages(entries: readonly unknown[], log: IssueLog): CocoPictures {
  const pictures = new CocoPictures(log);
  for (const [index, raw] of entries.entries()) {
    const parsed = parseEntry(imageSchema, raw);
    if (!parsed.ok) {
      log.add(`image at index ${index}`, parsed.problem.reason, parsed.problem.detail);
      continue;
    }
    const { id, file_name: fileName, width, height } = parsed.value;
    const subject = `image ${id}`;
    const size = readSize(width, height, subject, log);
    if (size !== null && isFileName(fileName, subject, log))
      pictures.addImage(id, { fileName, size, sha256: readSha256(fieldsOf(raw).sha256) });
  }
  return pictures;
}

/** COCO's box where it is one. */
function readBbox(bbox: unknown): Box | null {
  if (!Array.isArray(bbox) || bbox.length !== 4 || !bbox.every(Number.isFinite)) return null;
  const [x, y, width, height] = bbox as number[];
  return width > 0 && height > 0 ? fromXywh({ x, y, width, height }) : null;
}
