import { type AugmentRecipe, copyPasteRecipe, openSampleStream, type SampleStream } from '../augment/index.ts';
import { CopyPastePool } from './copy-paste-pool.ts';
import { type Measurement, measure, peakRssMb, trialOf } from './harness.ts';
import { against, askPeer, figureAt, type PeerAnswer } from './peers.ts';
import type { Finding, SubjectReport, Trial } from './report.ts';
import { type BenchTask, inputsFor, pictureCount, roundsOf } from './task.ts';
import { readTrainingPictures, withTrainingSetFile } from './training-set.ts';

const batchSize = 8;
const workers = 2;
const canvas = { width: 640, height: 640 };

/** The peers' variants: as shipped with two workers, in its fastest form, and the other tool. */
const peerVariants = [
  { variant: 'tv-ref-w2', name: 'torchvision reference, 2 workers', target: 5 },
  { variant: 'tv-tensor-w2', name: 'torchvision on tensors, 2 workers', target: null },
  { variant: 'ultralytics-mixup', name: 'Ultralytics CopyPaste', target: 3 },
] as const;

type PeerVariant = (typeof peerVariants)[number];

/** Copy-Paste samples at 640x640 from JPEG files against torchvision and Ultralytics, and against bare decoding. Two cores. */
export async function benchCopyPaste(task: BenchTask): Promise<SubjectReport> {
  const folder = await inputsFor(task, { images: pictureCount(task), pictures: true });
  const set = await readTrainingPictures(folder);
  return withTrainingSetFile(set, async (trainingSetFile) => {
    const contest = new CopyPasteContest(task, trainingSetFile, copyPasteRecipe(canvas));
    const peers = peerVariants.map((variant) => new PeerTrials(variant));
    try {
      for (let round = 0; round < roundsOf(task); round++) {
        await contest.measure();
        for (const peer of peers) await peer.ask(task, folder);
      }
    } finally {
      await contest.close();
    }
    return report(contest, peers);
  });
}

function report(contest: CopyPasteContest, peers: readonly PeerTrials[]): SubjectReport {
  const [stream, strict, limit] = contest.trials();
  return {
    subject: 'copy-paste',
    notes: [
      'stream: as a trainer gets them, pictures kept between samples within the limit; strict: nothing is kept, every sample decodes what it shows',
      'limit: two threads that only decode the two pictures of each sample, as small as JPEG shrinks them for the scale they are shown at',
      'torchvision decodes one picture a sample (the batch is rolled), selfpaste and Ultralytics two; Ultralytics and selfpaste make masks at a quarter of the resolution, torchvision whole ones',
      'verdicts are by wall time, all on the same files; peak RSS is that of our three ways together, six threads',
    ],
    trials: [stream, strict, limit, ...peers.flatMap((peer) => peer.trials())],
    findings: peers.flatMap((peer) => [peer.finding(stream), peer.finding(strict)]).flatMap((found) => found ?? []),
    facts: {
      'strict, of the limit': ofLimit(strict, limit),
      'stream, of the limit': ofLimit(stream, limit),
      ...contest.facts(),
      ...Object.assign({}, ...peers.map((peer) => peer.facts())),
    },
    peakRssMb: peakRssMb(),
  };
}

function ofLimit(ours: Trial, limit: Trial): string {
  const wall = (100 * ours.perSecond) / limit.perSecond;
  const cpu = (100 * limit.cpuUsPerItem) / ours.cpuUsPerItem;
  return `${Math.round(wall)} % (by CPU time ${Math.round(cpu)} %)`;
}

/** Our three ways to run, each with its threads ready and warm. */
class CopyPasteContest {
  readonly #steps: number;
  readonly #stream: SampleStream;
  readonly #strict: CopyPastePool;
  readonly #limit: CopyPastePool;
  readonly #measured = { stream: [] as Measurement[], strict: [] as Measurement[], limit: [] as Measurement[] };
  #streamed = { samples: 0, instances: 0 };

  constructor({ seed, quick }: BenchTask, trainingSetFile: string, recipe: AugmentRecipe) {
    const setup = { trainingSetFile, seed, batchSize, recipe };
    // Many times what a stream has ready, which would otherwise decide the time.
    this.#steps = quick ? 8 : 40;
    this.#stream = openSampleStream({ ...setup, round: 0, firstStep: 0, workers, lookahead: 4 });
    this.#strict = new CopyPastePool({ ...setup, work: 'samples' }, workers);
    this.#limit = new CopyPastePool({ ...setup, work: 'decodes' }, workers);
  }

  async measure(): Promise<void> {
    const samples = this.#steps * batchSize;
    // The warm-up also takes what the stream drew while others were measured.
    const budget = { warmUpMs: 0, timeMs: 0, iterations: 3 };
    this.#measured.stream.push(await measure(samples, () => this.#take(), budget));
    this.#measured.strict.push(await measure(samples, () => this.#strict.run(this.#steps), budget));
    this.#measured.limit.push(await measure(samples, () => this.#limit.run(this.#steps), budget));
  }

  trials(): [Trial, Trial, Trial] {
    const { stream, strict, limit } = this.#measured;
    return [
      trialOf('stream', 'selfpaste', 'images', stream),
      trialOf('strict', 'selfpaste', 'images', strict),
      trialOf('limit', 'bare sharp', 'images', limit),
    ];
  }

  facts(): Record<string, number> {
    const { samples, decodes, instances } = this.#strict.counts;
    return {
      'decodes a sample, strict': decodes / samples,
      'decodes a sample, limit': this.#limit.counts.decodes / this.#limit.counts.samples,
      'instances a sample, strict': instances / samples,
      'instances a sample, stream': this.#streamed.instances / this.#streamed.samples,
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#stream.close(), this.#strict.close(), this.#limit.close()]);
  }

  async #take(): Promise<void> {
    for (let step = 0; step < this.#steps; step++) {
      const { samples } = await this.#stream.next();
      this.#streamed.samples += samples.length;
      this.#streamed.instances += samples.reduce((sum, { instances }) => sum + instances.length, 0);
    }
  }
}

/** A peer's variant over the rounds. */
class PeerTrials {
  readonly #variant: PeerVariant;
  readonly #answers: PeerAnswer[] = [];

  constructor(variant: PeerVariant) {
    this.#variant = variant;
  }

  async ask({ peers }: BenchTask, folder: string): Promise<void> {
    if (this.#answers.some(({ kind }) => kind === 'absent')) return;
    this.#answers.push(await askPeer(peers, 'copy_paste_bench.py', ['--variant', this.#variant.variant, '--repeat', '1'], folder));
  }

  trials(): Trial[] {
    const rounds = this.#lines().map((line) => ({
      perSecond: figureAt(line, 'images_per_s'),
      cpuUsPerItem: 1000 * figureAt(line, 'cpu_ms_per_image'),
    }));
    return rounds.length === 0 ? [] : [trialOf('copy-paste', this.#variant.name, 'images', rounds)];
  }

  /** Null for a variant without target. */
  finding(ours: Trial): Finding | null {
    const { target, name } = this.#variant;
    if (target === null) return null;
    const absent = this.#answers.find((answer) => answer.kind === 'absent');
    return against(ours, absent ? `${name} is absent: ${absent.reason}` : this.trials()[0], 'wall', target);
  }

  facts(): Record<string, number> {
    const [line] = this.#lines();
    if (line === undefined) return {};
    return {
      [`decodes a sample, ${this.#variant.name}`]: figureAt(line, 'decodes_per_output'),
      [`instances a sample, ${this.#variant.name}`]: figureAt(line, 'instances_per_output'),
    };
  }

  #lines(): unknown[] {
    return this.#answers.flatMap((answer) => (answer.kind === 'ran' ? [answer.line] : []));
  }
}
