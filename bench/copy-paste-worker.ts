import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import {
  type AugmentRecipe,
  PictureStore,
  type Placement,
  readTrainingSet,
  renderSample,
  type SamplePlan,
  samplePlanner,
} from '../augment/index.ts';
import { badValue, type RgbImage, type TrainingImage, type TrainingSet } from '../core/index.ts';

/** What a thread is started with: `samples` draws them and keeps no picture; `decodes` only decodes the pictures that they need. */
export interface CopyPasteSetup {
  readonly work: 'samples' | 'decodes';
  readonly trainingSetFile: string;
  readonly seed: number;
  readonly batchSize: number;
  readonly recipe: AugmentRecipe;
}

/** To a thread: do these steps. It answers each request with what it did. */
export interface CopyPasteRequest {
  readonly steps: readonly number[];
}

export interface CopyPasteCounts {
  readonly samples: number;
  readonly decodes: number;
  readonly instances: number;
}

if (!parentPort) throw badValue('copy-paste worker', 'a worker thread with a parent', null);
const port = parentPort;
const { work, trainingSetFile, seed, batchSize, recipe } = workerData as CopyPasteSetup;
// As in the threads of the product.
sharp.concurrency(1);
sharp.cache(false);

/** The store of one sample: it keeps nothing, so that every picture that is read is decoded. */
class ForgetfulStore extends PictureStore {
  decodes = 0;

  constructor() {
    super(recipe, 0);
  }

  override read(image: TrainingImage): Promise<RgbImage> {
    this.decodes++;
    return super.read(image);
  }
}

const set = await readTrainingSet(trainingSetFile);
const plan = samplePlanner({ seed, round: 0, batchSize, recipe, set });

/** As in the threads of the product: while one batch is painted, the pictures of the next are decoded. */
const batchesAtOnce = 2;

port.on('message', async ({ steps }: CopyPasteRequest) => {
  const counts = { samples: 0, decodes: 0, instances: 0 };
  const waiting = [...steps];
  const goOn = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) add(counts, await doStep(step));
  };
  await Promise.all(Array.from({ length: batchesAtOnce }, goOn));
  port.postMessage(counts satisfies CopyPasteCounts);
});

async function doStep(step: number): Promise<CopyPasteCounts> {
  const plans = Array.from({ length: batchSize }, (_, slot) => plan(step, slot));
  return { samples: plans.length, ...(await (work === 'samples' ? drawAll(plans) : decodeAll(plans))) };
}

function add(sum: { -readonly [Name in keyof CopyPasteCounts]: number }, more: CopyPasteCounts): void {
  sum.samples += more.samples;
  sum.decodes += more.decodes;
  sum.instances += more.instances;
}

async function drawAll(plans: readonly SamplePlan[]): Promise<Omit<CopyPasteCounts, 'samples'>> {
  const drawn = await Promise.all(plans.map(drawAlone));
  return {
    decodes: drawn.reduce((sum, { decodes }) => sum + decodes, 0),
    instances: drawn.reduce((sum, { instances }) => sum + instances, 0),
  };
}

async function drawAlone(sample: SamplePlan): Promise<Omit<CopyPasteCounts, 'samples'>> {
  const store = new ForgetfulStore();
  const drawn = await renderSample(sample, set, recipe, store);
  return { decodes: store.decodes, instances: drawn.sample.instances.length };
}

async function decodeAll(plans: readonly SamplePlan[]): Promise<Omit<CopyPasteCounts, 'samples'>> {
  const pictures = plans.flatMap((sample) => picturesOf(sample, set));
  await Promise.all(pictures.map(({ image, placement }) => decodeForScale(image, placement)));
  return { decodes: pictures.length, instances: 0 };
}

function picturesOf({ main, donor }: SamplePlan, { labeled }: TrainingSet): { image: TrainingImage; placement: Placement }[] {
  const beneath = { image: labeled[main.index], placement: main.placement };
  return donor ? [beneath, { image: labeled[donor.index], placement: donor.placement }] : [beneath];
}

/** Decodes as small as JPEG allows without falling below the size that is shown: 1, 1/2, 1/4 or 1/8 of each side. */
async function decodeForScale({ path, size }: TrainingImage, { scaled }: Placement): Promise<void> {
  const shrink = [8, 4, 2].find((factor) => size.width / factor >= scaled.width && size.height / factor >= scaled.height);
  const picture = sharp(path, { failOn: 'none' });
  // libvips does not resample for a factor that the decoder has itself.
  if (shrink) picture.resize(Math.ceil(size.width / shrink), Math.ceil(size.height / shrink), { fit: 'fill' });
  await picture.raw().toBuffer();
}
