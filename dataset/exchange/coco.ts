import { rle } from '../../core/index.ts';
import { cocoDataset } from '../coco-write.ts';
import { IssueLog } from '../issue.ts';
import { parseJson } from '../json-file.ts';
import { type CocoParts, cocoParts, labelDocument, readInstances, withHashes } from './coco-labels.ts';
import type { Carries, ExchangeFormat, ExchangeSource, Read } from './exchange.ts';
import { extraFields, onlyPath } from './fields.ts';
import { listsBytes } from './json-bytes.ts';
import { LossTally } from './losses.ts';

const everything: Carries = { holes: true, parts: true, scores: true, ids: true, hashes: true, crowds: true, verdicts: true, boxes: true };

/**
 * COCO instances: one JSON of images, categories and annotations with RLE masks, read as polygons and uncompressed RLE too. Beside COCO's
 * fields an annotation has `score`, `label_id` (our id), `selfpaste_run` (the run that it is of) and `verdict`, an image `sha256`.
 * Source: https://cocodataset.org/#format-data
 */
export const coco: ExchangeFormat = {
  name: 'coco',
  summary: 'COCO instances: one JSON with RLE masks; scores, ids and hashes as extra fields',
  carries: everything,
  async write(images, categories) {
    const tally = new LossTally(everything);
    const parts = cocoParts(tally.watch(images), categories);
    const { annotations, ...document } = cocoDataset(parts.images, categories, parts.instances);
    const bytes = listsBytes({
      images: withHashes(document.images, parts),
      categories: document.categories,
      annotations: annotations.map((annotation, index) => ({ ...annotation, ...ownFields(parts, index) })),
    });
    return { files: [{ path: 'instances.json', bytes }], losses: tally.losses() };
  },
  read: (source) => readInstanceFile(source),
};

const fiftyoneCarries: Carries = { ...everything, boxes: false };

/**
 * COCO as FiftyOne's COCODetectionDataset reads it: `labels.json` beside a folder `data` with the pictures; annotations' extra fields become
 * attributes of its labels (`extra_attrs`), `score` their confidence. FiftyOne cuts the mask at the box, so the box is the mask's; and lists
 * its classes by id from 0 on, so category ids are 1..K. It does not keep an image's `sha256`, nor what `info` says, when it writes a file itself.
 * Source: https://docs.voxel51.com/api/fiftyone.utils.coco.html
 */
export const fiftyone: ExchangeFormat = {
  name: 'fiftyone',
  summary: "FiftyOne's COCODetectionDataset: labels.json with ids and scores as attributes",
  carries: fiftyoneCarries,
  async write(images, categories) {
    const tally = new LossTally(fiftyoneCarries);
    const parts = cocoParts(tally.watch(images), categories);
    const idOf = new Map<number, number>(categories.map(({ id }, index) => [id, index + 1]));
    const tight = parts.instances.map((instance) => ({ ...instance, box: rle.toBox(instance.mask) }));
    const { annotations, ...document } = cocoDataset(parts.images, categories, tight);
    const bytes = listsBytes({
      categories: document.categories.map(({ id, name }) => ({ id: idOf.get(id), name, supercategory: null })),
      images: withHashes(document.images, parts),
      annotations: annotations.map((annotation, index) => ({
        ...annotation,
        ...ownFields(parts, index),
        category_id: idOf.get(annotation.category_id),
      })),
    });
    return { files: [{ path: 'labels.json', bytes }], losses: tally.losses() };
  },
  read: (source) => readInstanceFile(source),
};

const ownFields = ({ labels }: CocoParts, index: number) => ({ ...extraFields(labels[index]), iscrowd: labels[index].crowd ? 1 : 0 });

async function readInstanceFile(source: ExchangeSource): Promise<Read> {
  const path = onlyPath(source, 'one JSON file', (name) => name.endsWith('.json'));
  const log = new IssueLog(path);
  const document = labelDocument(path, parseJson(path, await source.read(path)));
  return { images: readInstances(document, log), issues: log.issues };
}
