import { badValue, type RgbImage } from '../../core/index.ts';
import type { Contract } from '../contract.ts';
import type { Detection, DetectionSettings, Teacher } from '../teacher.ts';
import { detectionToPicture } from './test-time-mapping.ts';
import { mergeSightings, type Sighting } from './test-time-merge.ts';
import { viewPicture } from './test-time-picture.ts';
import { isPlain, planViews, type TestTimeOptions, type View } from './test-time-views.ts';

/** Everything off: the teacher looks once, at the whole picture. */
export const testTimeOff: TestTimeOptions = { flip: false, scales: [1], tiling: null };

/** Grey level around a picture for teachers that never pad one themselves; 0..255. */
const NEUTRAL_GREY = 114;

/**
 * A teacher that looks at each picture several times: mirrored, at other scales, tile by tile; see {@link planViews} for what is looked at
 * and {@link mergeSightings} for how it becomes one list of detections, and what their scores mean.
 * A picture with nothing more to look at, and every picture where all options are off, gets exactly what the teacher itself says.
 * Views are painted one after the other: beside the picture, one view at a time is in memory. Closing it closes the teacher.
 * @param settings the teacher's own; they hold for every view, and `maxDetections` for the picture too.
 */
export function withTestTime(teacher: Teacher, options: TestTimeOptions, settings: Pick<DetectionSettings, 'maxDetections'>): Teacher {
  checkOptions(options);
  if (isSingleLook(options)) return teacher;
  return new TestTimeTeacher(teacher, options, settings.maxDetections);
}

/** Whether every picture is looked at once. */
export const isSingleLook = ({ flip, scales, tiling }: TestTimeOptions): boolean =>
  !flip && tiling === null && scales.every((scale) => scale === 1);

function checkOptions({ scales, tiling }: TestTimeOptions): void {
  if (scales.length === 0 || !scales.every((scale) => scale > 0 && scale < Number.POSITIVE_INFINITY))
    throw badValue('scales', 'one or more numbers above 0', scales);
  if (tiling === null) return;
  if (!Number.isInteger(tiling.size) || tiling.size < 1) throw badValue('tiling.size', 'a whole number of pixels', tiling.size);
  if (!(tiling.overlap >= 0 && tiling.overlap <= 0.9)) throw badValue('tiling.overlap', 'a share of 0 to 0.9', tiling.overlap);
}

class TestTimeTeacher implements Teacher {
  readonly #teacher: Teacher;
  readonly #options: TestTimeOptions;
  readonly #maxDetections: number;

  constructor(teacher: Teacher, options: TestTimeOptions, maxDetections: number) {
    this.#teacher = teacher;
    this.#options = options;
    this.#maxDetections = maxDetections;
  }

  get contract(): Contract {
    return this.#teacher.contract;
  }

  get classNames(): Teacher['classNames'] {
    return this.#teacher.classNames;
  }

  async detect(image: RgbImage): Promise<readonly Detection[]> {
    const views = planViews(image.size, this.#options, this.contract.input.fit.mode === 'native');
    if (views.length === 1 && isPlain(views[0], image.size)) return this.#teacher.detect(image);
    const sightings: Sighting[] = [];
    for (const view of views) sightings.push(...(await this.#look(image, view)));
    return mergeSightings(sightings, views, image.size, this.#maxDetections);
  }

  async detectBatch(images: readonly RgbImage[]): Promise<readonly (readonly Detection[])[]> {
    const found: (readonly Detection[])[] = [];
    for (const image of images) found.push(await this.detect(image));
    return found;
  }

  close(): Promise<void> {
    return this.#teacher.close();
  }

  async #look(image: RgbImage, view: View): Promise<readonly Sighting[]> {
    const { fit } = this.contract.input;
    const seen = await this.#teacher.detect(viewPicture(image, view, fit.mode === 'native' ? NEUTRAL_GREY : fit.pad));
    return seen.flatMap((one) => {
      const detection = detectionToPicture(one, view, image.size);
      return detection === null ? [] : [{ view, detection }];
    });
  }
}
