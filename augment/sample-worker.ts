import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { badValue, errorFacts, mapBounded, type Sample } from '../core/index.ts';
import { sumOfDropped } from './arrangement.ts';
import { PictureStore } from './picture-store.ts';
import { type SamplePlanner, samplePlanner } from './plan.ts';
import { renderSample } from './render.ts';
import type { SampleBatch, WorkerData, WorkerReply, WorkerRequest } from './sample-messages.ts';
import { readTrainingSet } from './training-set-file.ts';

/** The thread behind a SampleStream: draws batches in the order in which they are asked for. */
if (!parentPort) throw badValue('sample worker', 'a worker thread with a parent', null);
const port = parentPort;
const setup = workerData as WorkerData;
// One thread a picture: the pictures of a batch are what runs side by side. A cache of operations would only grow.
sharp.concurrency(1);
sharp.cache(false);

const material = readMaterial();
// A set that cannot be read is told with each batch, not as a rejection that nobody handles.
material.catch(() => undefined);
/** While one batch is painted by this thread, the pictures of the next are decoded by others. */
const batchesAtOnce = 2;
/** Of one batch; each may hold two decoded pictures, however large the batch is. */
const samplesAtOnce = 4;
const steps: number[] = [];
let drawing = 0;
let closing = false;

port.on('message', (request: WorkerRequest) => {
  if (request.kind === 'draw') steps.push(request.step);
  else {
    closing = true;
    steps.length = 0;
  }
  if (drawing < batchesAtOnce) void work();
});

async function work(): Promise<void> {
  drawing++;
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) await answer(step);
  drawing--;
  if (closing && drawing === 0) port.close();
}

async function answer(step: number): Promise<void> {
  try {
    const batch = await drawBatch(step);
    port.postMessage({ kind: 'batch', step, batch } satisfies WorkerReply, batch.samples.flatMap(buffersOf));
  } catch (error) {
    port.postMessage({ kind: 'failed', step, facts: errorFacts(error) } satisfies WorkerReply);
  }
}

async function readMaterial() {
  const set = await readTrainingSet(setup.trainingSetFile);
  const plan: SamplePlanner = samplePlanner({ ...setup, set });
  return { set, plan, pictures: new PictureStore(setup.recipe, setup.storeBytes) };
}

async function drawBatch(step: number): Promise<SampleBatch> {
  const { set, plan, pictures } = await material;
  const slots = Array.from({ length: setup.batchSize }, (_, slot) => plan(step, slot));
  const rendered = await mapBounded(slots, samplesAtOnce, (slot) => renderSample(slot, set, setup.recipe, pictures));
  return { samples: rendered.map(({ sample }) => sample), dropped: sumOfDropped(rendered.map(({ dropped }) => dropped)) };
}

/** What moves to the consumer without a copy; the coverage of all that is on a picture is one buffer. */
function buffersOf({ image, instances, ignored }: Sample): ArrayBuffer[] {
  const masked = instances[0] ?? ignored[0];
  const arrays = masked ? [image.data, masked.coverage] : [image.data];
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}
