import { type Rle, rle, type Size } from '../../core/index.ts';
import type { CocoCategory } from '../coco-categories.ts';
import { IssueLog } from '../issue.ts';
import { CategoryTable } from './category-table.ts';
import type {
  Carries,
  ExchangedImage,
  ExchangedLabel,
  ExchangeFile,
  ExchangeFormat,
  ExchangeSource,
  KnownPicture,
  Loss,
} from './exchange.ts';
import { issuesOf, labelsOf, readRun, readScore, settled, withBox } from './fields.ts';
import { LossTally } from './losses.ts';
import { bridged, outlinesOf } from './outlines.ts';
import { labelNames, spellings, withoutEnding } from './paths.ts';
import { type DataYaml, readDataYaml, writeDataYaml } from './yolo-data.ts';

/**
 * YOLO-seg, as Ultralytics reads it: `data.yaml`, and for each picture a text file of lines `class x1 y1 x2 y2 ...`, normalised to 0..1.
 * A label file is called as its picture without the ending; where others in the data set would have that name too, with it (`twin.png.txt`).
 * A line is one polygon. Holes and further parts are joined to it by bridges of no width: readers that fill by the even-odd rule, such as this
 * one and COCO's, get the same pixels back. Ultralytics fills with OpenCV's `fillPoly`, which paints edges as well: outlines are set inside
 * their pixels so that this does no harm, but bridges become a pixel wide there (IoU 0.97 in the mean for small masks of many parts and holes).
 * Sources: https://docs.ultralytics.com/datasets/segment/, https://docs.ultralytics.com/modes/predict/ (save_conf)
 */
export const yoloSeg: ExchangeFormat = format(
  'yolo-seg',
  'YOLO-seg for training with Ultralytics: polygons, one text file a picture',
  false,
);

/** The same with the score at the end of each line, as Ultralytics' `save_txt save_conf` writes it. Its training does not read such lines. */
export const yoloSegScores: ExchangeFormat = format(
  'yolo-seg-scores',
  'YOLO-seg as Ultralytics predicts it, with scores (save_conf)',
  true,
);

function format(name: string, summary: string, scores: boolean): ExchangeFormat {
  const carries: Carries = {
    ...{ holes: true, parts: true, scores },
    ...{ ids: false, hashes: false, crowds: false, verdicts: false, boxes: false },
  };
  return {
    name,
    summary,
    carries,
    async write(images, categories, known = []) {
      const tally = new LossTally(carries, true);
      const watched = [...tally.watch(images)];
      const { files, homeless } = labelFiles(watched, categories, known, scores);
      const run = watched.find(({ labels }) => labels.length > 0)?.labels[0].run;
      return { files: [writeDataYaml(categories, run), ...files], losses: [...tally.losses(), ...homelessLoss(homeless)] };
    },
    read: readFolder,
  };
}

function labelFiles(
  images: readonly ExchangedImage[],
  categories: readonly CocoCategory[],
  known: readonly KnownPicture[],
  scores: boolean,
) {
  const table = new CategoryTable(categories);
  const names = labelNames([...known, ...images].map(({ fileName }) => fileName));
  const files: ExchangeFile[] = [];
  let homeless = 0;
  for (const { fileName, size, labels } of images) {
    const name = names.get(fileName) as string;
    if (name !== spellings(fileName)[0]) homeless++;
    const lines = labels.map((label) => `${lineOf(label, table.named(label.category).index, size, scores)}\n`);
    files.push({ path: `labels/${name}.txt`, bytes: Buffer.from(lines.join('')) });
  }
  return { files, homeless };
}

const homelessLoss = (count: number): Loss[] =>
  count === 0
    ? []
    : [
        {
          what: 'pictures',
          count,
          sentence: `${count} picture${count === 1 ? ' differs' : 's differ'} from another in the ending of the name alone: label files with the whole name tell them apart here, but YOLO does not look for them`,
        },
      ];

/** Of a coordinate 0..1: to a hundredth of a pixel in pictures of a million. */
const DIGITS = 8;

function lineOf({ mask, score }: ExchangedLabel, index: number, { width, height }: Size, scores: boolean): string {
  const points = bridged(outlinesOf(mask)).map((side, at) => Number((side / (at % 2 === 0 ? width : height)).toFixed(DIGITS)));
  return [index, ...points, ...(scores && score !== null ? [score] : [])].join(' ');
}

async function readFolder(source: ExchangeSource, known: readonly KnownPicture[]) {
  const data = await readDataYaml(source);
  const pictures = new PicturesByPath(known);
  const logs: IssueLog[] = [];
  const images: ExchangedImage[] = [];
  for (const path of source.paths.filter((one) => one.endsWith('.txt'))) {
    const log = new IssueLog(path);
    logs.push(log);
    const [picture, ...more] = pictures.of(path);
    if (picture === undefined)
      log.add(path, 'unknown-picture', 'no picture that is known here has this name, so that its size is not known');
    else if (more.length > 0) log.add(path, 'ambiguous-picture', ambiguity([picture, ...more]));
    else {
      const entries = readLines(Buffer.from(await source.read(path)).toString(), picture.size, data, log);
      images.push({ fileName: picture.fileName, size: picture.size, sha256: null, ...labelsOf(entries) });
    }
  }
  const log = new IssueLog(source.name);
  return { images: settled(images, log), issues: issuesOf([...logs, log]) };
}

function ambiguity(pictures: readonly KnownPicture[]): string {
  const names = pictures.slice(0, 3).map(({ fileName }) => JSON.stringify(fileName));
  return `it may be of any of ${pictures.length} pictures (${names.join(', ')}${pictures.length > 3 ? ', ...' : ''}): put the ending of its own before .txt; left out`;
}

function readLines(text: string, size: Size, data: DataYaml, log: IssueLog): ExchangedLabel[][] {
  const lines = text.split(/\r\n|\n|\r/).map((line, index) => ({ line: line.trim(), subject: `line ${index + 1}` }));
  return lines
    .filter(({ line }) => line !== '')
    .map(({ line, subject }) => readLine(line.split(/\s+/).map(Number), size, data, subject, log));
}

function readLine(
  [index, ...rest]: readonly number[],
  size: Size,
  { names, run }: DataYaml,
  subject: string,
  log: IssueLog,
): ExchangedLabel[] {
  const category = names.get(index);
  const coordinates = rest.slice(0, rest.length & ~1);
  if (rest.length < 6) log.add(subject, 'no-segmentation', 'it has fewer than three points: a box is not turned into a mask');
  else if (category === undefined) log.add(subject, 'unknown-category', `data.yaml has no class ${index}`);
  else if (!rest.every(Number.isFinite)) log.add(subject, 'bad-polygon', 'not all of it are numbers');
  else {
    // An odd number more is the score.
    const score = readScore(rest.length % 2 === 1 ? rest[rest.length - 1] : null, subject, log);
    const mask = maskOf(coordinates, size);
    return withBox({ id: null, ...readRun(run), category, mask, score, crowd: false }, subject, log);
  }
  return [];
}

function maskOf(normalised: readonly number[], size: Size): Rle {
  return rle.fromPolygons(size, [normalised.map((side, at) => side * (at % 2 === 0 ? size.width : size.height))]);
}

/** Finds the pictures that a label file may be of: by its path below a folder `labels`, else by its name alone. */
class PicturesByPath {
  readonly #byPath = new Map<string, KnownPicture[]>();
  readonly #byName = new Map<string, KnownPicture[]>();

  constructor(known: readonly KnownPicture[]) {
    const names = labelNames(known.map(({ fileName }) => fileName));
    for (const picture of known) {
      const paths = new Set([...spellings(picture.fileName), names.get(picture.fileName) as string]);
      for (const path of paths) push(this.#byPath, path, picture);
      for (const name of new Set([...paths].map(nameOf))) push(this.#byName, name, picture);
    }
  }

  of(labelPath: string): readonly KnownPicture[] {
    const path = withoutEnding(labelPath);
    const below = path.replace(/^(?:.*\/)?labels\//, '');
    return this.#byPath.get(below) ?? this.#byPath.get(path) ?? this.#byName.get(nameOf(path)) ?? [];
  }
}

function push(lists: Map<string, KnownPicture[]>, key: string, picture: KnownPicture): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [picture]);
  else list.push(picture);
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
