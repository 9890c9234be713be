import { createHash } from 'node:crypto';
import { rle } from '../core/index.ts';
import { type Measurement, measure, peakRssMb, trialOf } from './harness.ts';
import { against, askPeer, figureAt, type PeerAnswer } from './peers.ts';
import { type Finding, finding, type SubjectReport, type Trial } from './report.ts';
import { type MaskInputs, type MaskOperation, maskOperations, readMaskInputs } from './rle-operations.ts';
import { pictureSize } from './scene.ts';
import { type BenchTask, inputsFor, pictureCount, roundsOf } from './task.ts';

const peerName = 'pycocotools';

/** Operations on run-length masks against pycocotools, which is C. One thread. */
export async function benchRle(task: BenchTask): Promise<SubjectReport> {
  const folder = await inputsFor(task, { images: pictureCount(task), pictures: true });
  const inputs = await readMaskInputs(folder);
  const contests = maskOperations(inputs).map((operation) => new Contest(operation));
  let answer: PeerAnswer = { kind: 'absent', reason: 'it was not asked' };
  for (let round = 0; round < roundsOf(task); round++) {
    for (const contest of contests) await contest.measure(task);
    answer = await askPeer(task.peers, 'rle_bench.py', ['--repeat', task.quick ? '1' : '3'], folder);
    if (answer.kind === 'absent') break;
    for (const contest of contests) contest.addPeer(answer.line);
  }
  return {
    subject: 'rle',
    notes: [
      'pycocotools keeps a mask as compressed text, which each of its calls parses and writes; selfpaste keeps run lengths, and is judged by its work on them. "as text" does what pycocotools does, from text to text',
      'encode reads row-major masks here and column-major ones there, as each tool wants them; verdicts are by CPU time of one thread',
    ],
    trials: contests.flatMap((contest) => contest.trials()),
    findings: [...contests.map((contest) => contest.finding(answer)), differingResults(inputs, answer)],
    facts: Object.assign({}, ...contests.map((contest) => contest.facts())),
    peakRssMb: peakRssMb(),
  };
}

/** One operation of ours in both forms beside the peer's, over the rounds. */
class Contest {
  readonly #operation: MaskOperation;
  readonly #onMasks: Measurement[] = [];
  readonly #onText: Measurement[] = [];
  readonly #peer: Measurement[] = [];

  constructor(operation: MaskOperation) {
    this.#operation = operation;
  }

  async measure({ quick }: BenchTask): Promise<void> {
    const { count, onMasks, onText } = this.#operation;
    const budget = quick ? { warmUpMs: 20, timeMs: 40, iterations: 3 } : { warmUpMs: 200, timeMs: 400, iterations: 5 };
    this.#onMasks.push(await measure(count, onMasks, budget));
    this.#onText.push(await measure(count, onText, budget));
  }

  addPeer(line: unknown): void {
    const figure = (name: string): number => figureAt(line, 'ops', this.#operation.peer, name);
    this.#peer.push({ perSecond: figure('items_per_s'), cpuUsPerItem: figure('cpu_us_per_item') });
  }

  trials(): Trial[] {
    return this.#peer.length > 0 ? [...this.#ours(), this.#theirs()] : this.#ours();
  }

  finding(answer: PeerAnswer): Finding {
    return against(this.#ours()[0], answer.kind === 'ran' ? this.#theirs() : answer.reason, 'cpu', 1);
  }

  facts(): Record<string, number> {
    if (this.#peer.length === 0) return {};
    const asText = this.#ours()[1];
    return { [`${asText.name}, times faster than ${peerName}`]: this.#theirs().cpuUsPerItem / asText.cpuUsPerItem };
  }

  #ours(): [onMasks: Trial, onText: Trial] {
    const { name, item } = this.#operation;
    return [trialOf(name, 'selfpaste', item, this.#onMasks), trialOf(`${name}, as text`, 'selfpaste', item, this.#onText)];
  }

  #theirs(): Trial {
    const { name, item } = this.#operation;
    return trialOf(name, peerName, item, this.#peer);
  }
}

/** The peer sums IoU in another order. */
const sumTolerance = 1e-9;

/** Whether both tools did the same work: sums and hashes of all results. */
function differingResults(inputs: MaskInputs, answer: PeerAnswer): Finding {
  const name = 'results that differ from pycocotools';
  if (answer.kind === 'absent') return { kind: 'absent', name, reason: answer.reason };
  const { checks } = answer.line as { readonly checks: Readonly<Record<string, unknown>> };
  const differing = Object.entries(checksums(inputs)).filter(([check, ours]) => !same(ours, checks[check]));
  return finding([name, ...differing.map(([check]) => check)].join(' '), differing.length, 'sums', 'at most', 0);
}

function checksums({ raw, polygons, truths, truthsByImage, detectionsByImage }: MaskInputs): Record<string, string | number> {
  const mask = (text: string) => rle.fromString(pictureSize, text);
  const text = (counts: Uint32Array): string => rle.countsToString(counts);
  const ious = detectionsByImage.flatMap((group, image) => {
    const others = truthsByImage[image].map(mask);
    return [...rle.iouMatrix(group.map(mask), others, new Array<boolean>(others.length).fill(false))];
  });
  return {
    area_sum_dt: total(detectionsByImage.flat().map((found) => rle.area(mask(found)))),
    encode_sha: hash(raw.map((bits) => text(rle.encode(bits).counts)).join('')).slice(0, 16),
    polygons_sha: hash(polygons.map((parts) => text(rle.fromPolygons(pictureSize, parts).counts)).join('')).slice(0, 16),
    union_area_sum: total(truthsByImage.map((group) => rle.area(rle.merge(group.map(mask), 'union')))),
    iou_sum: total(ious),
    iou_ge_half: ious.filter((iou) => iou >= 0.5).length,
    decoded_sum: total(truths.slice(0, 500).map((truth) => total(rle.decode(mask(truth)).data))),
  };
}

const same = (ours: string | number, theirs: unknown): boolean =>
  typeof ours === 'number' && typeof theirs === 'number' ? Math.abs(ours - theirs) <= sumTolerance * Math.abs(ours) : ours === theirs;

function total(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
