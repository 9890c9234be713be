import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BitMask, type Rle, rle } from '../core/index.ts';
import { groupedBy } from './grouped.ts';
import { readRawMasks } from './inputs.ts';
import { pictureSize } from './scene.ts';

/** The masks of a folder of inputs, in all forms that they have in files. Texts are COCO's compressed run lengths. */
export interface MaskInputs {
  readonly raw: readonly BitMask[];
  readonly truths: readonly string[];
  readonly truthsByImage: readonly (readonly string[])[];
  readonly detectionsByImage: readonly (readonly string[])[];
  readonly polygons: readonly (readonly (readonly number[])[])[];
  readonly crowds: readonly (readonly number[])[];
}

/** One operation in its two forms: on masks as selfpaste keeps them, and from text to text as pycocotools has it. Each returns a checksum. */
export interface MaskOperation {
  readonly name: string;
  /** Its name in the peer's JSON line. */
  readonly peer: string;
  readonly item: 'masks' | 'pairs';
  /** Items of one call. */
  readonly count: number;
  readonly onMasks: () => number;
  readonly onText: () => number;
}

/** Masks that single operations work on, as many as the peer takes. */
const someMasks = 500;

export async function readMaskInputs(folder: string): Promise<MaskInputs> {
  const truths = readJson<CocoFile<{ readonly counts: string }>>(folder, 'instances_rle.json').annotations;
  const shapes = readJson<CocoFile<Shape>>(folder, 'instances_poly.json').annotations;
  const detections = readJson<Annotation<{ readonly counts: string }>[]>(folder, 'detections_segm.json');
  return {
    raw: await readRawMasks(folder),
    truths: truths.map(({ segmentation }) => segmentation.counts),
    truthsByImage: textsByImage(truths),
    detectionsByImage: textsByImage(detections),
    polygons: shapes.flatMap(({ segmentation }) => ('counts' in segmentation ? [] : [segmentation])),
    crowds: shapes.flatMap(({ segmentation }) => ('counts' in segmentation ? [segmentation.counts] : [])),
  };
}

export function maskOperations(inputs: MaskInputs): MaskOperation[] {
  const texts = inputs.truths.slice(0, someMasks);
  const masks = texts.map(fromText);
  return [
    ...wholeMaskOperations(inputs, texts, masks),
    ...measureOperations(inputs),
    ...mergeOperations(inputs, texts, masks),
    ...iouOperations(inputs, texts, masks),
    ...shapeOperations(inputs),
  ];
}

function wholeMaskOperations({ raw }: MaskInputs, texts: readonly string[], masks: readonly Rle[]): MaskOperation[] {
  return [
    {
      name: 'encode',
      peer: 'encode_one',
      item: 'masks',
      count: raw.length,
      onMasks: () => sum(raw, (mask) => rle.encode(mask).counts.length),
      onText: () => sum(raw, (mask) => toText(rle.encode(mask))),
    },
    {
      name: 'decode',
      peer: 'decode_one',
      item: 'masks',
      count: masks.length,
      onMasks: () => sum(masks, decoded),
      onText: () => sum(texts, (text) => decoded(fromText(text))),
    },
  ];
}

function measureOperations({ detectionsByImage }: MaskInputs): MaskOperation[] {
  const texts = detectionsByImage.flat();
  const masks = texts.map(fromText);
  return [
    {
      name: 'area',
      peer: 'area',
      item: 'masks',
      count: masks.length,
      onMasks: () => sum(masks, rle.area),
      onText: () => sum(texts, (text) => rle.area(fromText(text))),
    },
    {
      name: 'box',
      peer: 'toBbox',
      item: 'masks',
      count: masks.length,
      onMasks: () => sum(masks, rightEdge),
      onText: () => sum(texts, (text) => rightEdge(fromText(text))),
    },
  ];
}

function mergeOperations({ truthsByImage }: MaskInputs, texts: readonly string[], masks: readonly Rle[]): MaskOperation[] {
  const groups = truthsByImage.map((group) => group.map(fromText));
  const pairs = masks.slice(1).map((mask, at) => [masks[at], mask]);
  const textPairs = texts.slice(1).map((text, at) => [texts[at], text]);
  const union = (group: readonly Rle[]): Rle => rle.merge(group, 'union');
  const intersection = (group: readonly Rle[]): Rle => rle.merge(group, 'intersection');
  return [
    {
      name: 'union by image',
      peer: 'merge_union_per_image',
      item: 'masks',
      count: groups.flat().length,
      onMasks: () => sum(groups, (group) => union(group).counts.length),
      onText: () => sum(truthsByImage, (group) => toText(union(group.map(fromText)))),
    },
    {
      name: 'intersection of two',
      peer: 'merge_intersect_pairs',
      item: 'masks',
      count: pairs.length,
      onMasks: () => sum(pairs, (pair) => intersection(pair).counts.length),
      onText: () => sum(textPairs, (pair) => toText(intersection(pair.map(fromText)))),
    },
  ];
}

function iouOperations({ truthsByImage, detectionsByImage }: MaskInputs, texts: readonly string[], masks: readonly Rle[]): MaskOperation[] {
  const images = detectionsByImage.map((group, image) => ({
    detections: group.map(fromText),
    truths: truthsByImage[image].map(fromText),
  }));
  return [
    {
      name: 'IoU by image',
      peer: 'iou_dt_x_gt_per_image_pairs',
      item: 'pairs',
      count: sum(images, ({ detections, truths }) => detections.length * truths.length),
      onMasks: () => sum(images, ({ detections, truths }) => overlaps(detections, truths)),
      onText: () => sum(detectionsByImage, (group, image) => overlaps(group.map(fromText), truthsByImage[image].map(fromText))),
    },
    {
      name: 'IoU of all with all',
      peer: 'iou_500x500_pairs',
      item: 'pairs',
      count: masks.length ** 2,
      onMasks: () => overlaps(masks, masks),
      onText: () => overlaps(texts.map(fromText), texts.map(fromText)),
    },
  ];
}

function shapeOperations({ polygons, crowds }: MaskInputs): MaskOperation[] {
  const outlines = polygons.slice(0, someMasks);
  const rasterize = (parts: readonly (readonly number[])[]): Rle => rle.fromPolygons(pictureSize, parts);
  const check = (counts: readonly number[]): Rle => rle.fromCounts(pictureSize, counts);
  return [
    {
      name: 'from polygons',
      peer: 'frPyObjects_polygon',
      item: 'masks',
      count: outlines.length,
      onMasks: () => sum(outlines, (parts) => rasterize(parts).counts.length),
      onText: () => sum(outlines, (parts) => toText(rasterize(parts))),
    },
    {
      name: 'from counts',
      peer: 'frPyObjects_uncompressed',
      item: 'masks',
      count: crowds.length,
      onMasks: () => sum(crowds, (counts) => check(counts).counts.length),
      onText: () => sum(crowds, (counts) => toText(check(counts))),
    },
  ];
}

const fromText = (text: string): Rle => rle.fromString(pictureSize, text);
const toText = ({ counts }: Rle): number => rle.countsToString(counts).length;
const decoded = (mask: Rle): number => rle.decode(mask).data.length;
const rightEdge = (mask: Rle): number => rle.toBox(mask).x2;
const overlaps = (detections: readonly Rle[], truths: readonly Rle[]): number =>
  rle.iouMatrix(detections, truths, new Array<boolean>(truths.length).fill(false)).length;

function sum<Item>(items: readonly Item[], value: (item: Item, index: number) => number): number {
  let total = 0;
  for (let index = 0; index < items.length; index++) total += value(items[index], index);
  return total;
}

interface Annotation<Segmentation> {
  readonly image_id: number;
  readonly segmentation: Segmentation;
}

interface CocoFile<Segmentation> {
  readonly annotations: readonly Annotation<Segmentation>[];
}

type Shape = readonly (readonly number[])[] | { readonly counts: readonly number[] };

const readJson = <Content>(folder: string, name: string): Content => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Content;

/** In ascending order of image ids. */
function textsByImage(annotations: readonly Annotation<{ readonly counts: string }>[]): string[][] {
  const groups = groupedBy(annotations, ({ image_id }) => image_id);
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group.map(({ segmentation }) => segmentation.counts));
}
