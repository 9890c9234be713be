import { type Box, type ClassIndex, rle, type Size } from '../../core/index.ts';
import { decodeImage } from '../../dataset/index.ts';
import { type Detection, openTeacher, type Teacher, type TeacherSettings } from '../../teacher/index.ts';
import { type ClassComparison, type ClassNaming, namingOf } from './classes.ts';
import { ProbeDrawings } from './drawings.ts';

/** What a model sees in pictures. */
export interface Trials {
  readonly settings: TeacherSettings;
  /** What the runtime had to do otherwise than it was asked to. */
  readonly notes: readonly string[];
  /** Time to load the model. */
  readonly openMs: number;
  readonly pictures: readonly Trial[];
  /** File with the drawings side by side, where there are several. */
  readonly sheet: string | null;
}

export interface Trial {
  readonly path: string;
  readonly size: Size;
  /** Resizing, inference and decoding; the first run of a model takes longer. */
  readonly detectMs: number;
  /** By falling score. */
  readonly objects: readonly SeenObject[];
  /** File of the picture with the objects. */
  readonly drawing: string | null;
}

export interface SeenObject extends ClassNaming {
  readonly index: ClassIndex;
  readonly score: number;
  readonly box: Box;
  readonly areaPx2: number;
  /** As COCO has it. */
  readonly segmentation: { readonly size: readonly [height: number, width: number]; readonly counts: string };
}

/**
 * Runs a model over pictures in this process, one after the other.
 * @param draw folder for drawings. Throws as openTeacher, Teacher.detect, decodeImage and writePng do.
 */
export async function tryPictures(
  model: string,
  paths: readonly string[],
  settings: TeacherSettings,
  classes: ClassComparison,
  draw: string | null,
): Promise<Trials> {
  const naming = namingOf(classes);
  const drawings = draw === null ? null : new ProbeDrawings(draw, classes);
  const notes: string[] = [];
  const start = performance.now();
  const teacher = await openTeacher(model, settings, (note) => notes.push(note));
  const openMs = performance.now() - start;
  const pictures: Trial[] = [];
  try {
    for (const path of paths) pictures.push(await tryPicture(teacher, path, naming, drawings));
  } finally {
    await teacher.close();
  }
  return { settings, notes, openMs, pictures, sheet: (await drawings?.finish()) ?? null };
}

async function tryPicture(
  teacher: Teacher,
  path: string,
  naming: (index: ClassIndex) => ClassNaming,
  drawings: ProbeDrawings | null,
): Promise<Trial> {
  const image = await decodeImage(path);
  const start = performance.now();
  const detections = await teacher.detect(image);
  const detectMs = performance.now() - start;
  const drawing = (await drawings?.add(path, image, detections)) ?? null;
  return { path, size: image.size, detectMs, objects: detections.map((detection) => seen(detection, naming)), drawing };
}

function seen({ classIndex: index, score, box, mask }: Detection, naming: (index: ClassIndex) => ClassNaming): SeenObject {
  const { size, counts } = mask;
  const segmentation = { size: [size.height, size.width], counts: rle.countsToString(counts) } as const;
  return { index, ...naming(index), score, box, areaPx2: rle.area(mask), segmentation };
}
