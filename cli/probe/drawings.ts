import { join, parse } from 'node:path';
import type { ClassIndex, RgbImage } from '../../core/index.ts';
import { contactSheet, drawOverlay, writePng } from '../../dataset/index.ts';
import type { Detection } from '../../teacher/index.ts';
import { type ClassComparison, namingOf } from './classes.ts';

const MOST_COLUMNS = 4;
const SHEET_TILE_PX = 480;
/** They are held in memory until the sheet is written. */
const SHEET_PICTURES = 24;

/** A folder of pictures with what a model sees in them, and a sheet of the first of them where there are several. */
export class ProbeDrawings {
  readonly #folder: string;
  readonly #classes: ClassComparison;
  readonly #tiles: RgbImage[] = [];
  #count = 0;

  constructor(folder: string, classes: ClassComparison) {
    this.#folder = folder;
    this.#classes = classes;
  }

  /** Writes the next picture, and returns its file. Throws as writePng does. */
  async add(path: string, image: RgbImage, detections: readonly Detection[]): Promise<string> {
    const drawn = drawDetections(image, detections, this.#classes);
    const file = join(this.#folder, `${++this.#count}-${parse(path).name}.png`);
    await writePng(file, drawn);
    if (this.#tiles.length < SHEET_PICTURES) this.#tiles.push(drawn);
    return file;
  }

  /** Writes the sheet, and returns its file; null where there is but one picture. Throws as writePng does. */
  async finish(): Promise<string | null> {
    if (this.#tiles.length < 2) return null;
    const file = join(this.#folder, 'sheet.png');
    const columns = Math.min(MOST_COLUMNS, Math.ceil(Math.sqrt(this.#tiles.length)));
    await writePng(file, await contactSheet(this.#tiles, columns, SHEET_TILE_PX));
    return file;
  }
}

/** A class has its colour; the objects of an only class have one each, and no name. What is dropped stands in brackets. */
function drawDetections(image: RgbImage, detections: readonly Detection[], classes: ClassComparison): RgbImage {
  const alone = classes.classes.length === 1;
  const labelOf = labeler(classes);
  const objects = detections.map(({ classIndex, score, box, mask }, at) => ({
    box,
    mask,
    label: `${alone ? '' : `${labelOf(classIndex)} `}${score.toFixed(2)}`,
    colorIndex: alone ? at : classIndex,
  }));
  return drawOverlay(image, objects);
}

function labeler(classes: ClassComparison): (index: ClassIndex) => string {
  const naming = namingOf(classes);
  return (index) => {
    const { class: name, category } = naming(index);
    return classes.status === 'mapped' ? (category ?? `(${name})`) : name;
  };
}
