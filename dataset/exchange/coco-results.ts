import { readCategories } from '../coco-categories.ts';
import { cocoDataset, cocoResults } from '../coco-write.ts';
import { IssueLog } from '../issue.ts';
import { parseJson } from '../json-file.ts';
import { cocoParts, labelDocument, readImages, withHashes } from './coco-labels.ts';
import type { Carries, ExchangeFormat } from './exchange.ts';
import { badExchange, extraFields, issuesOf, noFile, settled } from './fields.ts';
import { listBytes, listsBytes } from './json-bytes.ts';
import { LossTally } from './losses.ts';

const carries: Carries = { holes: true, parts: true, scores: true, ids: true, hashes: true, crowds: true, verdicts: true, boxes: true };

/** Results must have a score: what a person drew has this one, and `unscored: true` beside it. */
const SCORE_OF_UNSCORED = 1;

/**
 * COCO results: an array of detections, which speak of images and categories by number alone; so `images.json` beside it says what the
 * numbers mean, and is the annotation file that COCO's own `loadRes` wants.
 * Source: https://cocodataset.org/#format-results
 */
export const cocoResultsFormat: ExchangeFormat = {
  name: 'coco-results',
  summary: 'COCO results: an array of detections, with the images and categories that it speaks of beside it',
  carries,
  async write(images, categories) {
    const tally = new LossTally(carries);
    const parts = cocoParts(tally.watch(images), categories);
    const results = cocoResults(parts.instances.map((instance) => ({ ...instance, score: instance.score ?? SCORE_OF_UNSCORED })));
    const entries = results.map((result, index) => ({
      ...result,
      ...(parts.labels[index].score === null ? { unscored: true } : {}),
      ...(parts.labels[index].crowd ? { iscrowd: 1 } : {}),
      ...extraFields(parts.labels[index]),
    }));
    const document = cocoDataset(parts.images, categories, []);
    const files = [
      { path: 'results.json', bytes: listBytes(entries) },
      { path: 'images.json', bytes: listsBytes({ ...document, images: withHashes(document.images, parts) }) },
    ];
    return { files, losses: tally.losses() };
  },
  async read(source) {
    const { results, images } = await bothFiles(source.paths, source);
    const log = new IssueLog(results.path);
    const document = labelDocument(images.path, images.json);
    const imageLog = new IssueLog(images.path);
    const names = new Map<number, string>(readCategories(document.categories ?? [], imageLog).map(({ id, name }) => [id, name]));
    const pictures = readImages(document.images, log);
    for (const [index, entry] of results.json.entries()) pictures.addEntry(entry, names, `result ${index}`);
    return { images: settled(pictures.all(), log), issues: issuesOf([imageLog, log]) };
  },
};

interface Files {
  readonly results: { readonly path: string; readonly json: readonly unknown[] };
  readonly images: { readonly path: string; readonly json: unknown };
}

/** The two files, told by what they hold: an array, and an object with images. */
async function bothFiles(paths: readonly string[], source: Parameters<ExchangeFormat['read']>[0]): Promise<Files> {
  const candidates = paths.filter((path) => path.endsWith('.json'));
  if (candidates.length !== 2)
    throw noFile(source, 'two JSON files, the results and the images that they speak of (images.json)', candidates);
  const files = await Promise.all(candidates.map(async (path) => ({ path, json: parseJson(path, await source.read(path)) })));
  const [results] = files.filter(({ json }) => Array.isArray(json));
  const [images] = files.filter(({ json }) => !Array.isArray(json));
  if (results === undefined || images === undefined)
    throw badExchange(source.name, 'an array of results and an object with images', `two ${results === undefined ? 'objects' : 'arrays'}`);
  return { results: { path: results.path, json: results.json as readonly unknown[] }, images };
}
