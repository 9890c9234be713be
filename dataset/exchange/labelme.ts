import { posix } from 'node:path';
import { type Rle, rle, SelfpasteError, type Size } from '../../core/index.ts';
import { IssueLog } from '../issue.ts';
import { parseJson } from '../json-file.ts';
import type { Carries, ExchangedImage, ExchangedLabel, ExchangeFormat } from './exchange.ts';
import {
  badExchange,
  extraFields,
  isFileName,
  isObject,
  issuesOf,
  noFile,
  type Piece,
  readExtraFields,
  readScore,
  readSha256,
  readSize,
  settled,
  unitePieces,
} from './fields.ts';
import { LossTally } from './losses.ts';
import { inset, outlinesOf } from './outlines.ts';
import { LabelPaths } from './paths.ts';
import { placed } from './placed-masks.ts';
import { maskOfPng, pngOfMask } from './png-mask.ts';

const carries: Carries = { holes: true, parts: true, scores: true, ids: true, hashes: true, crowds: true, verdicts: true, boxes: false };

/** The first version with shapes of the type `mask`. */
const VERSION = '5.4.1';

/**
 * LabelMe: a JSON beside each picture. Labels without holes are polygons, which people can edit there, the parts of one label joined by
 * `group_id`; labels with holes are shapes of the type `mask`, a PNG of the pixels in the box of its two points, both of them inside it. Keys that
 * LabelMe does not know (`label_id`, `selfpaste_run`, `score`, `crowd`, `verdict`, `sha256`, `file_name`) it keeps. Polygons are drawn here as COCO draws them,
 * which gives the same pixels back; LabelMe paints their edge as well, so that it lies inside the pixels (IoU 0.999 in the mean).
 * Source: https://github.com/wkentaro/labelme
 */
export const labelme: ExchangeFormat = {
  name: 'labelme',
  summary: 'LabelMe: one JSON a picture; polygons, and masks where there are holes',
  carries,
  async write(images) {
    const tally = new LossTally(carries);
    const paths = new LabelPaths('.json');
    const files = [];
    for (const image of tally.watch(images)) {
      const bytes = Buffer.from(JSON.stringify(await documentOf(image), null, 1));
      files.push({ path: paths.next(image.fileName), bytes });
    }
    return { files, losses: tally.losses() };
  },
  async read(source) {
    const paths = source.paths.filter((path) => path.endsWith('.json'));
    if (paths.length === 0) throw noFile(source, 'JSON files', []);
    const logs: IssueLog[] = [];
    const images: ExchangedImage[] = [];
    for (const path of paths) {
      const log = new IssueLog(path);
      logs.push(log);
      images.push(...(await readDocument(path, await source.read(path), log)));
    }
    if (logs.every(({ issues }) => issues.some(({ reason }) => reason === 'not-labelme')))
      throw badExchange(source.name, 'LabelMe files (objects with a list of shapes)', 'none');
    const log = new IssueLog(source.name);
    return { images: settled(images, log), issues: issuesOf([...logs, log]) };
  },
};

async function documentOf({ fileName, sha256, size, labels }: ExchangedImage) {
  const shapes = [];
  for (const [index, label] of labels.entries()) shapes.push(...(await shapesOf(label, index + 1)));
  return {
    version: VERSION,
    flags: {},
    shapes,
    imagePath: posix.basename(fileName),
    imageData: null,
    imageHeight: size.height,
    imageWidth: size.width,
    file_name: fileName,
    ...(sha256 === null ? {} : { sha256 }),
  };
}

async function shapesOf(label: ExchangedLabel, group: number): Promise<object[]> {
  const outlines = outlinesOf(label.mask);
  const { category, score, crowd } = label;
  const common = {
    label: category,
    description: '',
    flags: {},
    ...extraFields(label),
    ...(score === null ? {} : { score }),
    ...(crowd ? { crowd } : {}),
  };
  if (outlines.some(({ holes }) => holes.length > 0)) return [{ ...common, ...(await maskShape(label.mask)), group_id: null }];
  const groupId = outlines.length > 1 ? group : null;
  return outlines.map(({ outer }) => ({ ...common, points: pairsOf(inset(outer)), shape_type: 'polygon', mask: null, group_id: groupId }));
}

async function maskShape(mask: Rle) {
  const box = rle.toBox(mask);
  const png = await pngOfMask(rle.decodeInside(mask, box));
  const points = [
    [box.x1, box.y1],
    [box.x2 - 1, box.y2 - 1],
  ];
  return { points, shape_type: 'mask', mask: png.toString('base64') };
}

function pairsOf(polygon: readonly number[]): [number, number][] {
  return Array.from({ length: polygon.length / 2 }, (_, at) => [polygon[2 * at], polygon[2 * at + 1]]);
}

/** The picture of one file; none where it is not LabelMe's. */
async function readDocument(path: string, bytes: Uint8Array, log: IssueLog): Promise<ExchangedImage[]> {
  const document = jsonOrIssue(path, bytes, log);
  if (document === undefined) return [];
  if (!isObject(document) || !Array.isArray(document.shapes)) {
    log.add(path, 'not-labelme', 'it is no object with a list of shapes');
    return [];
  }
  const size = readSize(document.imageWidth, document.imageHeight, path, log);
  const fileName = document.file_name ?? pathOfPicture(path, document.imagePath);
  if (size === null || !isFileName(fileName, path, log)) return [];
  const shapes: Piece[][] = [];
  for (const [index, shape] of document.shapes.entries()) shapes.push(await readShape(shape, index, size, log));
  return [{ fileName, size, sha256: readSha256(document.sha256), ...unitePieces(shapes, log) }];
}

function jsonOrIssue(path: string, bytes: Uint8Array, log: IssueLog): unknown {
  try {
    return parseJson(path, bytes);
  } catch (error) {
    if (!(error instanceof SelfpasteError)) throw error;
    log.add(path, 'bad-json', error.message);
    return undefined;
  }
}

/** `imagePath` is relative to the JSON, with the separators of the machine that wrote it. */
const pathOfPicture = (path: string, imagePath: unknown): unknown =>
  typeof imagePath === 'string' ? posix.join(posix.dirname(path), imagePath.replaceAll('\\', '/')) : imagePath;

async function readShape(shape: unknown, index: number, size: Size, log: IssueLog): Promise<Piece[]> {
  const subject = `shape ${index}`;
  if (!isObject(shape) || typeof shape.label !== 'string' || shape.label === '') {
    log.add(subject, 'bad-entry', 'it is no object with a label');
    return [];
  }
  const mask = await maskOf(shape, size, subject, log);
  if (mask === null) return [];
  const label = {
    ...readExtraFields(shape),
    category: shape.label,
    mask,
    score: readScore(shape.score, subject, log),
    crowd: shape.crowd === true,
  };
  const group = Number.isInteger(shape.group_id) ? String(shape.group_id) : null;
  return [{ label, group, subject }];
}

async function maskOf(shape: Readonly<Record<string, unknown>>, size: Size, subject: string, log: IssueLog): Promise<Rle | null> {
  const points = readPoints(shape.points);
  const type = shape.shape_type ?? 'polygon';
  if (type !== 'polygon' && type !== 'mask') {
    log.add(subject, 'unsupported-shape', `a ${JSON.stringify(type)} is not turned into a mask`);
    return null;
  }
  if (points === null || points.length < (type === 'mask' ? 4 : 6)) {
    log.add(subject, 'bad-polygon', 'its points are no list of enough pairs of finite numbers');
    return null;
  }
  if (type === 'polygon') return rle.fromPolygons(size, [points]);
  const patch = typeof shape.mask === 'string' ? await maskOfPng(Buffer.from(shape.mask, 'base64')) : null;
  if (patch !== null) return placed(patch, Math.round(points[0]), Math.round(points[1]), size);
  log.add(subject, 'bad-mask', 'its mask is no PNG in base64');
  return null;
}

function readPoints(points: unknown): number[] | null {
  if (!Array.isArray(points)) return null;
  const flat: unknown[] = points.flat();
  const sound = points.every((point) => Array.isArray(point) && point.length === 2) && flat.every(Number.isFinite);
  return sound ? (flat as number[]) : null;
}
