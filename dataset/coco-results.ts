import { type Box, type CategoryId, categoryId, expectation, fromXywh, type Rle, rle, SelfpasteError } from '../core/index.ts';
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
  readonly score: number;
}

/**
 * Reads detections for evaluation: a COCO results array, or an instance file whose annotations have a score. Unlike labels, a bad entry is
 * fatal: leaving it out would change the figures.
 * @throws SelfpasteError DATA_BAD_RESULTS (names the entry), DATA_UNREADABLE, DATA_BAD_JSON
 */
export async function readCocoResults(path: string): Promise<CocoResult[]> {
  const json = await readJson(path);
  const entries = Array.isArray(json) ? json : (json as { annotations?: unknown } | null)?.annotations;
  if (!Array.isArray(entries))
    throw badResults(path, expectation('the detections', 'an array of results, or an object with annotations', json));
  return entries.map((entry, index) => {
    const parsed = parseEntry(resultSchema, entry);
    if (!parsed.ok) throw badResults(path, `${parsed.problem.detail}, in entry ${index}`);
    return readResult(path, index, parsed.value);
  });
}

function readResult(path: string, index: number, { image_id, category_id, segmentation, bbox, score }: ResultEntry): CocoResult {
  if (typeof segmentation !== 'object' || segmentation === null || Array.isArray(segmentation))
    throw badResults(path, `${expectation('segmentation', 'an RLE object', segmentation)}, in entry ${index}`);
  const read = readRle(segmentation);
  if (!read.ok) throw badResults(path, `${read.problem.detail}, in entry ${index}`);
  const [x, y, width, height] = bbox ?? [];
  const stated = x !== undefined && y !== undefined && width !== undefined && height !== undefined;
  const box = stated ? fromXywh({ x, y, width, height }) : rle.toBox(read.mask);
  return { imageId: image_id, category: categoryId(category_id), mask: read.mask, box, boxStated: stated, score };
}

const badResults = (path: string, message: string) =>
  new SelfpasteError(
    'DATA_BAD_RESULTS',
    `${message}, of ${JSON.stringify(path)}`,
    'write the detections again, for instance by selfpaste predict --out',
  );
