import {
  type Box,
  type CategoryId,
  categoryId,
  expectation,
  fromXywh,
  type Rle,
  rle,
  SelfpasteError,
  type Size,
  toXywh,
  type XywhBox,
} from '../core/index.ts';
import { parseEntry, type ResultEntry, resultSchema } from './coco-schema.ts';
import { readRle } from './coco-segmentation.ts';
import { readJson } from './json-file.ts';

/** One detection of a results file. The box is the stated one, or the mask's where none is stated. */
export interface CocoResult {
  readonly imageId: number;
  readonly category: CategoryId;
  readonly mask: Rle;
  readonly box: Box;
  /** Whether the file has the box; COCO's own evaluation then takes its area for the mask's. */
  readonly boxStated: boolean;
  /** The box's width times height; those of its corners may differ in the last bits. */
  readonly boxAreaPx2: number;
  readonly score: number;
}

/**
 * Reads detections for evaluation: a COCO results array, or an instance file whose annotations have a score. Unlike labels, a bad entry is
 * fatal: leaving it out would change the figures. A result with a box alone gets that box as its mask, as COCO's own loadRes has it.
 * @param sizes of the images of the truth, by id; needed for results with boxes alone
 * @throws SelfpasteError DATA_BAD_RESULTS (names the entry), DATA_UNREADABLE, DATA_BAD_JSON
 */
export async function readCocoResults(path: string, sizes: ReadonlyMap<number, Size> = new Map()): Promise<CocoResult[]> {
  const json = await readJson(path);
  const entries = Array.isArray(json) ? json : (json as { annotations?: unknown } | null)?.annotations;
  if (!Array.isArray(entries))
    throw badResults(path, expectation('the detections', 'an array of results, or an object with annotations', json));
  return entries.map((entry, index) => {
    const parsed = parseEntry(resultSchema, entry);
    if (!parsed.ok) throw badResults(path, `${parsed.problem.detail}, in entry ${index}`);
    return readResult(path, index, parsed.value, sizes);
  });
}

function readResult(path: string, index: number, entry: ResultEntry, sizes: ReadonlyMap<number, Size>): CocoResult {
  const { image_id: imageId, category_id, bbox, score } = entry;
  const mask = maskOf(path, index, entry, sizes);
  const { x, y, width, height } = bbox ? xywhOf(bbox) : toXywh(rle.toBox(mask));
  const box = fromXywh({ x, y, width, height });
  return { imageId, category: categoryId(category_id), mask, box, boxStated: Boolean(bbox), boxAreaPx2: width * height, score };
}

function maskOf(path: string, index: number, { image_id, segmentation, bbox }: ResultEntry, sizes: ReadonlyMap<number, Size>): Rle {
  const size = sizes.get(image_id);
  if (segmentation === undefined && bbox && size) return rectangleMask(xywhOf(bbox), size);
  if (typeof segmentation !== 'object' || segmentation === null || Array.isArray(segmentation))
    throw badResults(path, `${expectation('segmentation', 'an RLE object', segmentation)}, in entry ${index}`);
  const read = readRle(segmentation);
  if (!read.ok) throw badResults(path, `${read.problem.detail}, in entry ${index}`);
  return read.mask;
}

/** The four corners as a polygon, as pycocotools' loadRes makes a mask of a box. */
function rectangleMask({ x, y, width, height }: XywhBox, size: Size): Rle {
  const [right, bottom] = [x + width, y + height];
  return rle.fromPolygons(size, [[x, y, x, bottom, right, bottom, right, y]]);
}

const xywhOf = ([x, y, width, height]: readonly number[]): XywhBox => ({ x, y, width, height });

const badResults = (path: string, message: string) =>
  new SelfpasteError(
    'DATA_BAD_RESULTS',
    `${message}, of ${JSON.stringify(path)}`,
    'write the detections again, for instance by selfpaste predict --out',
  );
