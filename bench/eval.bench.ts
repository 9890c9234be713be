import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type CategoryId, categoryId } from '../core/index.ts';
import { readCocoResults, readCocoTruths } from '../dataset/index.ts';
import { type Evaluation, type EvaluationImage, evaluate } from '../eval/index.ts';
import { groupedBy } from './grouped.ts';
import { type Measurement, measure, peakRssMb, trialOf } from './harness.ts';
import { against, askPeer, figureAt, type PeerAnswer } from './peers.ts';
import { type Finding, finding, type SubjectReport, type Trial } from './report.ts';
import { type BenchTask, inputsFor, roundsOf } from './task.ts';

const peerName = 'pycocotools';
const wholeName = 'segm, from files to figures';
const measureName = 'segm, matching and curves';

/** COCO evaluation of masks against pycocotools' COCOeval: 1,000 images with 100 detections each. One thread. */
export async function benchEval(task: BenchTask): Promise<SubjectReport> {
  const images = task.quick ? 60 : 1000;
  const folder = await inputsFor(task, { images, pictures: task.quick });
  const coldMs = await wallMs(() => evaluateFiles(folder));
  const { whole, measured, answers } = await measureRounds(task, folder, images);
  const ours = [trialOf(wholeName, 'selfpaste', 'images', whole), trialOf(measureName, 'selfpaste', 'images', measured)];
  const peers = peerTrials(answers, images);
  const reason = answers.find((answer) => answer.kind === 'absent')?.reason ?? 'it was not asked';
  return {
    subject: 'eval',
    notes: [
      'files to figures: reading both JSON files, run lengths, matching, twelve figures; pycocotools does the same with its own reader',
      'verdicts are by CPU time of one thread; memory is that of a process that makes its images one at a time',
    ],
    trials: [...ours, ...peers],
    findings: [
      against(ours[0], peers[0] ?? reason, 'cpu', 3),
      against(ours[1], peers[1] ?? reason, 'cpu', 3),
      largestDifference(evaluateLoaded(await load(folder)), answers.at(-1)),
      await memoryGrowth(task),
    ],
    facts: { 'first run, nothing compiled yet': `${Math.round(coldMs)} ms` },
    peakRssMb: peakRssMb(),
  };
}

interface Rounds {
  readonly whole: readonly Measurement[];
  readonly measured: readonly Measurement[];
  readonly answers: readonly PeerAnswer[];
}

async function measureRounds(task: BenchTask, folder: string, images: number): Promise<Rounds> {
  const once = { warmUpMs: 0, timeMs: 0, iterations: 1 };
  const rounds = { whole: [] as Measurement[], measured: [] as Measurement[], answers: [] as PeerAnswer[] };
  for (let round = 0; round < roundsOf(task); round++) {
    rounds.whole.push(await measure(images, async () => void (await evaluateFiles(folder)), once));
    const loaded = await load(folder);
    rounds.measured.push(await measure(images, () => void evaluateLoaded(loaded), once));
    if (rounds.answers.some(({ kind }) => kind === 'absent')) continue;
    rounds.answers.push(await askPeer(task.peers, 'coco_eval_bench.py', ['--inputs', folder, '--iou', 'segm', '--repeat', '1'], folder));
  }
  return rounds;
}

interface Loaded {
  readonly images: readonly EvaluationImage[];
  readonly categories: readonly CategoryId[];
}

async function load(folder: string): Promise<Loaded> {
  const { categories, images } = await readCocoTruths(join(folder, 'instances_rle.json'));
  const detections = groupedBy(await readCocoResults(join(folder, 'detections_segm.json')), ({ imageId }) => imageId);
  return {
    images: images.map(({ cocoId, truths }) => ({ truths, detections: detections.get(cocoId) ?? [] })),
    categories: categories.map(({ id }) => categoryId(id)),
  };
}

const evaluateLoaded = ({ images, categories }: Loaded): Evaluation => evaluate(images, categories, 'segm');
const evaluateFiles = async (folder: string): Promise<Evaluation> => evaluateLoaded(await load(folder));

/** The peer's whole time and its phases of matching and curves; none where it is absent. */
function peerTrials(answers: readonly PeerAnswer[], images: number): Trial[] {
  const lines = answers.flatMap((answer) => (answer.kind === 'ran' ? [answer.line] : []));
  if (lines.length === 0) return [];
  const whole = lines.map((line) => ({
    perSecond: figureAt(line, 'images_per_s'),
    cpuUsPerItem: (1e6 * figureAt(line, 'cpu_s')) / images,
  }));
  const phases = (line: unknown, clock: string): number => figureAt(line, clock, 'evaluate') + figureAt(line, clock, 'accumulate');
  const measured = lines.map((line) => ({
    perSecond: images / phases(line, 'phases_s'),
    cpuUsPerItem: (1e6 * phases(line, 'phases_cpu_s')) / images,
  }));
  return [trialOf(wholeName, peerName, 'images', whole), trialOf(measureName, peerName, 'images', measured)];
}

/** The twelve figures under the peer's names. */
const figureNames = {
  AP: 'ap',
  AP50: 'ap50',
  AP75: 'ap75',
  APs: 'apSmall',
  APm: 'apMedium',
  APl: 'apLarge',
  AR1: 'ar1',
  AR10: 'ar10',
  AR100: 'ar100',
  ARs: 'arSmall',
  ARm: 'arMedium',
  ARl: 'arLarge',
} as const satisfies Readonly<Record<string, keyof Evaluation>>;

function largestDifference(ours: Evaluation, answer: PeerAnswer | undefined): Finding {
  const name = 'largest difference of the twelve figures';
  if (answer?.kind !== 'ran') return { kind: 'absent', name, reason: answer?.reason ?? 'the peer was not asked' };
  const differences = Object.entries(figureNames).map(([theirs, key]) =>
    Math.abs((ours[key] ?? -1) - figureAt(answer.line, 'stats', theirs)),
  );
  return finding(name, Math.max(...differences), 'AP', 'at most', 1e-9);
}

/** Memory is flat where more images add next to nothing, beyond what making them takes of it. */
async function memoryGrowth({ quick, seed }: BenchTask): Promise<Finding> {
  const [few, many] = quick ? [20, 100] : [200, 1000];
  const evaluating = (await peakMb('evaluate', seed, many)) - (await peakMb('evaluate', seed, few));
  const making = (await peakMb('make', seed, many)) - (await peakMb('make', seed, few));
  return finding(`peak RSS that ${many - few} more images add`, evaluating - making, 'MB', 'at most', 25);
}

async function peakMb(work: 'evaluate' | 'make', seed: number, images: number): Promise<number> {
  const script = fileURLToPath(new URL('./eval-memory.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, work, String(seed), String(images)]);
  return Number(stdout);
}

async function wallMs(run: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await run();
  return performance.now() - before;
}
