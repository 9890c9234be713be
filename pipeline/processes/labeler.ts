/** The labeler process: decode, detect, compare masks, answer. It never touches the database. */
import { areaOf, errorFacts, maskOverlaps, type RgbImage, SelfpasteError } from '../../core/index.ts';
import { decodeImage } from '../../dataset/index.ts';
import { openTeacher, type Teacher, withTestTime } from '../../teacher/index.ts';
import { rssMb, serve } from './channel.ts';
import type { DetectionOutcome, LabelerOpened, LabelerRate, LabelerReply, LabelerRequest, PictureFile } from './messages.ts';

type OpenRequest = Extract<LabelerRequest, { kind: 'open' }>;

let teacher: Teacher;
let maxPixels: number;

serve<LabelerRequest, LabelerReply>(async (request, reply) => {
  if (request.kind === 'open') reply(await open(request));
  else if (request.kind === 'measure') reply({ kind: 'measured', ...(await measure(request.batch, request.durationMs)) });
  else reply({ kind: 'detected', outcomes: await detect(request.pictures), rssMb: rssMb() });
});

async function open(request: OpenRequest): Promise<LabelerOpened> {
  const notes: string[] = [];
  const { model, settings, testTime } = request;
  teacher = withTestTime(await openTeacher(model, settings, (note) => notes.push(note)), testTime, settings);
  maxPixels = request.maxPixels;
  return { kind: 'opened', batch: teacher.contract.input.batch, notes };
}

/** A picture that cannot be decoded is an answer; a model that cannot run is a failure. */
async function detect(pictures: readonly PictureFile[]): Promise<DetectionOutcome[]> {
  const startedMs = performance.now();
  const decoded = await Promise.all(pictures.map(decode));
  const images = decoded.filter((image) => 'data' in image);
  const found = (await teacher.detectBatch(images)).map((detections) => ({
    detections,
    overlaps: maskOverlaps(detections.map(({ mask }) => mask)),
  }));
  const durationMs = Math.round((performance.now() - startedMs) / pictures.length);
  let next = 0;
  return decoded.map((image, at) => {
    const { id } = pictures[at];
    if ('unusable' in image) return { status: 'unusable', id, reason: image.unusable };
    return { status: 'detected', id, size: image.size, ...found[next++], durationMs };
  });
}

async function decode({ path }: PictureFile): Promise<RgbImage | { readonly unusable: string }> {
  try {
    return await decodeImage(path, maxPixels);
  } catch (error) {
    if (error instanceof SelfpasteError && error.code.startsWith('DATA_')) return { unusable: errorFacts(error).message };
    throw error;
  }
}

/** The first runs plan and take memory. */
const WARM_UP_RUNS = 2;

/** Looks at the same picture for a while. */
async function measure(batch: number, durationMs: number): Promise<LabelerRate> {
  const pictures = new Array<RgbImage>(batch).fill(noise());
  for (let run = 0; run < WARM_UP_RUNS; run++) await teacher.detectBatch(pictures);
  const startedMs = performance.now();
  let runs = 0;
  let elapsedMs = 0;
  while (elapsedMs < durationMs) {
    await teacher.detectBatch(pictures);
    runs++;
    elapsedMs = performance.now() - startedMs;
  }
  return { picturesPerSecond: (1000 * batch * runs) / elapsedMs, rssMb: rssMb() };
}

function noise(): RgbImage {
  const size = { width: 640, height: 480 };
  return { size, data: Uint8Array.from({ length: 3 * areaOf(size) }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 24) };
}
