import { type Rle, rle, type Size } from '../../core/index.ts';
import type { CocoCategory } from '../coco-categories.ts';
import { IssueLog } from '../issue.ts';
import { parseJson } from '../json-file.ts';
import { packBrush, unpackBrush } from './brush-rle.ts';
import type { Carries, ExchangedImage, ExchangedLabel, ExchangeFormat } from './exchange.ts';
import {
  badExchange,
  extraFields,
  isFileName,
  isObject,
  labelsOf,
  onlyPath,
  readExtraFields,
  readScore,
  readSha256,
  readSize,
  settled,
  withBox,
} from './fields.ts';
import { listBytes } from './json-bytes.ts';
import { LossTally } from './losses.ts';
import { outlinesOf } from './outlines.ts';
import { xmlTag } from './xml.ts';

const carries: Carries = { holes: true, parts: true, scores: true, ids: true, hashes: true, crowds: true, verdicts: true, boxes: false };

/**
 * Label Studio: a list of tasks and the labeling configuration that they need. A picture has its labels as a prediction, from which a person
 * makes an annotation, also where there are none; one of human labels alone has an annotation. Masks are brush regions, exact to the pixel. Our
 * fields are in a region's `meta`, the picture's hash and size in the task's `data`. Read back, an annotation stands for the
 * picture and predictions are passed over; a task that has neither says nothing.
 * Sources: https://labelstud.io/guide/predictions, https://labelstud.io/tags/brushlabels, https://labelstud.io/tags/polygonlabels
 */
export const labelStudio: ExchangeFormat = format(
  'label-studio',
  'Label Studio tasks with brush masks; scored labels are predictions',
  false,
);

/** The same with polygons, which are easier to edit there; labels of several parts or with holes stay brush masks. */
export const labelStudioPolygons: ExchangeFormat = format(
  'label-studio-polygons',
  'Label Studio tasks with polygons, and brush masks where there are holes or several parts',
  true,
);

function format(name: string, summary: string, polygons: boolean): ExchangeFormat {
  return {
    name,
    summary,
    carries,
    async write(images, categories) {
      const tally = new LossTally(carries);
      const tasks = Array.from(tally.watch(images), (image) => taskOf(image, polygons));
      const files = [
        { path: 'tasks.json', bytes: listBytes(tasks) },
        { path: 'config.xml', bytes: Buffer.from(configuration(categories, polygons)) },
      ];
      return { files, losses: tally.losses() };
    },
    async read(source) {
      const path = onlyPath(source, 'one JSON file of tasks', (file) => file.endsWith('.json'));
      const tasks = parseJson(path, await source.read(path));
      if (!Array.isArray(tasks)) throw badExchange(path, 'a list of Label Studio tasks', typeof tasks);
      const log = new IssueLog(path);
      const images = tasks.flatMap((task, index) => readTask(task, `task ${index + 1}`, log));
      return { images: settled(images, log), issues: log.issues };
    },
  };
}

/** Both kinds of region are there: a person may use either. */
function configuration(categories: readonly CocoCategory[], polygons: boolean): string {
  const labels = categories.map(({ name }) => `${xmlTag('Label', { value: name }).slice(0, -1)}/>\n`).join('');
  const brush = `<BrushLabels name="brush" toName="image">\n${labels}</BrushLabels>\n`;
  const polygon = `<PolygonLabels name="polygon" toName="image">\n${labels}</PolygonLabels>\n`;
  return `<View>\n<Image name="image" value="$image" zoom="true"/>\n${brush}${polygons ? polygon : ''}</View>\n`;
}

function taskOf({ fileName, sha256, size, labels }: ExchangedImage, polygons: boolean) {
  const result = labels.map((label, index) => regionOf(label, index, polygons));
  const scores = labels.flatMap(({ score }) => (score === null ? [] : [score]));
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const isHuman = labels.length > 0 && scores.length === 0;
  return {
    data: { image: fileName, file_name: fileName, ...size, ...(sha256 === null ? {} : { sha256 }) },
    predictions: isHuman ? [] : [{ model_version: 'selfpaste', ...(scores.length > 0 ? { score: mean } : {}), result }],
    annotations: isHuman ? [{ result }] : [],
  };
}

function regionOf(label: ExchangedLabel, index: number, polygons: boolean) {
  const { mask, category, id, score, crowd } = label;
  const [outline, ...more] = polygons ? outlinesOf(mask) : [];
  const isPolygon = outline !== undefined && more.length === 0 && outline.holes.length === 0;
  return {
    id: id ?? `region${index + 1}`,
    ...(isPolygon ? polygonRegion(outline.outer, category, mask.size) : brushRegion(mask, category)),
    to_name: 'image',
    original_width: mask.size.width,
    original_height: mask.size.height,
    image_rotation: 0,
    ...(score === null ? {} : { score }),
    meta: { ...extraFields(label), ...(crowd ? { crowd } : {}) },
  };
}

const brushRegion = (mask: Rle, category: string) => ({
  type: 'brushlabels',
  from_name: 'brush',
  value: { format: 'rle', rle: packBrush(mask), brushlabels: [category] },
});

/** Points are in percent of the picture's sides. */
const polygonRegion = (polygon: readonly number[], category: string, { width, height }: Size) => ({
  type: 'polygonlabels',
  from_name: 'polygon',
  value: {
    points: Array.from({ length: polygon.length / 2 }, (_, at) => [(100 * polygon[2 * at]) / width, (100 * polygon[2 * at + 1]) / height]),
    closed: true,
    polygonlabels: [category],
  },
});

type Fields = Readonly<Record<string, unknown>>;

function readTask(task: unknown, subject: string, log: IssueLog): ExchangedImage[] {
  if (!isObject(task) || !isObject(task.data)) {
    log.add(subject, 'bad-entry', 'it is no object with data');
    return [];
  }
  const { data } = task;
  const result = resultOf(task, subject, log);
  if (result === null) return [];
  const regions = regionsOf(result);
  const [first] = regions;
  const size = readSize(first?.original_width ?? data.width, first?.original_height ?? data.height, subject, log);
  const fileName = data.file_name ?? localFile(data.image);
  if (size === null || !isFileName(fileName, subject, log)) return [];
  const entries = regions.map((region, index) => readRegion(region, size, `region ${index + 1} of ${subject}`, log));
  return [{ fileName, size, sha256: readSha256(data.sha256), ...labelsOf(entries) }];
}

/** The file of `/data/local-files/?d=folder/file.jpg`, which is how Label Studio names a picture on its own disk. */
function localFile(image: unknown): unknown {
  const file = typeof image === 'string' ? /[?&]d=([^&]+)/.exec(image)?.[1] : undefined;
  try {
    return file === undefined ? image : decodeURIComponent(file);
  } catch {
    return file;
  }
}

/** The result of the last annotation that was not cancelled, or of the last prediction; null where the file has none: it may have their ids alone. */
function resultOf({ annotations, predictions }: Fields, subject: string, log: IssueLog): readonly Fields[] | null {
  const made = listOf(annotations).filter((one) => !isObject(one) || one.was_cancelled !== true);
  if (made.length > 1) log.add(subject, 'several-annotations', `it has ${made.length} annotations; the last one is taken`);
  const last = made.at(-1) ?? listOf(predictions).at(-1);
  const result = isObject(last) ? last.result : null;
  if (Array.isArray(result) && result.every(isObject)) return result;
  log.add(subject, 'no-annotation', 'the file has no result of an annotation or a prediction; its picture is left out');
  return null;
}

const listOf = (list: unknown): readonly unknown[] => (Array.isArray(list) ? list : []);

/** What is drawn: no choices or texts; and where a tool writes a shape apart from the labels on it, the labels, which have the shape too. */
function regionsOf(result: readonly Fields[]): Fields[] {
  const regions = result.filter(({ original_width, value }) => isObject(value) && (hasClass(value) || hasShape(value) || original_width));
  const classified = new Set(regions.flatMap(({ id, value }) => (hasClass(value) ? [id] : [])));
  return regions.filter(({ id, value }) => hasClass(value) || id === undefined || !classified.has(id));
}

const hasClass = (value: unknown): boolean => isObject(value) && classOf(value) !== null;

const hasShape = (value: Fields): boolean => ['rle', 'points', 'x'].some((key) => key in value);

/** The class of a region, whichever tag it was drawn with. */
function classOf({ brushlabels, polygonlabels, labels, rectanglelabels, ellipselabels }: Fields): string | null {
  const names = brushlabels ?? polygonlabels ?? labels ?? rectanglelabels ?? ellipselabels;
  const name: unknown = Array.isArray(names) ? names[0] : null;
  return typeof name === 'string' && name !== '' ? name : null;
}

function readRegion(region: Fields, size: Size, subject: string, log: IssueLog): ExchangedLabel[] {
  const { value, meta } = region as { readonly value: Fields; readonly meta?: unknown };
  const category = classOf(value);
  const mask = maskOf(region, value, size);
  if (category === null || typeof mask === 'string') {
    log.add(subject, 'bad-entry', typeof mask === 'string' ? mask : 'it has no class');
    return [];
  }
  const own = isObject(meta) ? meta : {};
  const found = {
    ...readExtraFields(own),
    category,
    mask,
    score: readScore(region.score, subject, log),
    crowd: own.crowd === true,
  };
  return withBox(found, subject, log);
}

/** The mask of a region, or why there is none. */
function maskOf({ image_rotation, original_width, original_height }: Fields, value: Fields, size: Size): Rle | string {
  if (typeof image_rotation === 'number' && image_rotation !== 0) return 'it was drawn on a turned picture, which is not supported';
  if ((original_width ?? size.width) !== size.width || (original_height ?? size.height) !== size.height)
    return "its picture's size is not that of the regions before";
  if (isNumbers(value.rle)) {
    const mask = unpackBrush(value.rle, size);
    return mask === null ? "its rle is no brush mask of the picture's size" : rle.encode(mask);
  }
  if (!Array.isArray(value.points)) return 'it is neither a brush mask nor a polygon';
  const points: unknown[] = value.points.flat();
  if (!isNumbers(points) || points.length < 6 || points.length % 2 !== 0) return 'its points are no list of three pairs of numbers or more';
  return rle.fromPolygons(size, [points.map((percent, at) => (percent * (at % 2 === 0 ? size.width : size.height)) / 100)]);
}

const isNumbers = (list: unknown): list is number[] => Array.isArray(list) && list.every(Number.isFinite);
