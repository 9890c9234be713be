import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { measureBare } from './bare-processes.ts';
import { type Measurement, peakRssMb, trialOf } from './harness.ts';
import { type LabelingReport, measureLabeling } from './labeling.ts';
import { against, askPeer, figureAt, type PeerAnswer } from './peers.ts';
import { type Finding, finding, ratio, type SubjectReport, type Trial } from './report.ts';
import { type BenchTask, roundsOf } from './task.ts';

const labelingName = 'labeling, from files to rows';
const bareName = 'session.run alone';

/** The labeling stage with yolo11n-seg at 640 against bare `session.run` and against a Python pipeline, on the same 48 pictures. */
export async function benchTeacher(task: BenchTask): Promise<SubjectReport> {
  const sources = {
    model: join(task.peers.scripts, '../models/yolo11n-seg.onnx'),
    folder: join(task.peers.scripts, '../data/coco128/images'),
  };
  const absent = Object.values(sources).find((path) => !existsSync(path));
  if (absent !== undefined) return report([], [{ kind: 'absent', name: labelingName, reason: `there is no ${absent}` }], {});
  const measured = await measureRounds(task, sources);
  const watched = await watchMemory(task, sources);
  return report(trialsOf(measured), findingsOf(measured, watched), factsOf(measured, watched));
}

interface Sources {
  readonly model: string;
  readonly folder: string;
}

/** Ways to use the cores; Python's script knows no other two either. */
const cores = availableParallelism();
const arrangements = [
  { name: `${bareName}, ${cores} x 1`, processes: cores, threads: 1, spinning: false },
  { name: `${bareName}, 1 x ${cores}`, processes: 1, threads: cores, spinning: false },
  { name: `${bareName}, 1 x ${cores} spinning`, processes: 1, threads: cores, spinning: true },
];
const peers = [
  { name: `Python, 1 process of ${cores} threads`, arguments: ['--threads', `${cores}`], target: 1.3 },
  { name: `Python, ${cores} processes of 1 thread`, arguments: ['--threads', '1', '--procs', `${cores}`], target: 1.02 },
];

interface Rounds {
  readonly bare: readonly Measurement[][];
  readonly labelings: readonly LabelingReport[];
  readonly answers: readonly PeerAnswer[][];
}

async function measureRounds(task: BenchTask, { model, folder }: Sources): Promise<Rounds> {
  const rounds: Rounds & { labelings: LabelingReport[] } = {
    bare: arrangements.map(() => []),
    labelings: [],
    answers: peers.map(() => []),
  };
  const pictures = picturesOf(folder);
  const [runs, warmUp] = task.quick ? [4, 8] : [40, 32];
  for (let round = 0; round < roundsOf(task); round++) {
    for (const [at, arrangement] of arrangements.entries()) rounds.bare[at].push(await measureBare(model, arrangement, runs));
    rounds.labelings.push(await measureLabeling({ model, pictures, count: warmUp + (task.quick ? 16 : 2 * pictures.length), warmUp }));
    for (const [at, peer] of peers.entries()) {
      const given = [model, folder, '--limit', `${pictures.length}`, '--repeat', task.quick ? '1' : '2', ...peer.arguments];
      // With two processes the script waits for ever where a package is missing.
      if (rounds.answers.flat().every(({ kind }) => kind === 'ran'))
        rounds.answers[at].push(await askPeer(task.peers, 'teacher_bench.py', given, task.inputs));
    }
  }
  return rounds;
}

/** As the peer chooses them. */
const picturesOf = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => /\.(jpe?g|png)$/.test(name))
    .sort()
    .slice(0, 48)
    .map((name) => join(folder, name));

/** Labels many pictures in a row: 10,000 where `--labelings` says so. */
function watchMemory({ labelings, quick }: BenchTask, { model, folder }: Sources): Promise<LabelingReport> {
  const count = labelings ?? (quick ? 60 : 600);
  return measureLabeling({ model, pictures: picturesOf(folder), count, warmUp: Math.min(200, count >> 1) });
}

function trialsOf({ bare, labelings, answers }: Rounds): readonly Trial[] {
  const ours = trialOf(
    labelingName,
    'selfpaste',
    'images',
    labelings.map(({ measurement }) => measurement),
  );
  const alone = arrangements.map(({ name }, at) => trialOf(name, 'onnxruntime-node', 'images', bare[at]));
  return [ours, ...alone, ...peers.flatMap((_, at) => peerTrial(answers, at))];
}

function peerTrial(answers: Rounds['answers'], at: number): readonly Trial[] {
  const lines = answers[at].flatMap((answer) => (answer.kind === 'ran' ? [answer.line] : []));
  if (lines.length === 0) return [];
  const rounds = lines.map((line) => ({
    perSecond: figureAt(line, 'images_per_s'),
    cpuUsPerItem: 1000 * figureAt(line, 'cpu_ms_per_image'),
  }));
  return [trialOf(labelingName, peers[at].name, 'images', rounds)];
}

function findingsOf(rounds: Rounds, watched: LabelingReport): readonly Finding[] {
  const trials = trialsOf(rounds);
  const [ours] = trials;
  const limit = Math.max(...trials.filter(({ name }) => name.startsWith(bareName)).map(({ perSecond }) => perSecond));
  const absence = rounds.answers.flat().find((answer) => answer.kind === 'absent')?.reason ?? 'it was not asked';
  const [first, second] = watched.rssMb;
  return [
    ratio(`share of ${bareName} in its best arrangement`, ours.perSecond / limit, 0.93),
    ...peers.map(({ name, target }) => against(ours, trials.find(({ by }) => by === name) ?? absence, 'wall', target)),
    finding('RSS of all labelers', Math.max(first, second), 'MB', 'at most', 700),
    finding('RSS that the second half of the pictures adds', second - first, 'MB', 'at most', 25),
    finding('longest block of the event loop', watched.longestBlockMs, 'ms', 'at most', 50),
  ];
}

function factsOf(rounds: Rounds, watched: LabelingReport): SubjectReport['facts'] {
  const [ours, ...others] = trialsOf(rounds);
  const leastCpuUs = Math.min(...others.filter(({ name }) => name.startsWith(bareName)).map(({ cpuUsPerItem }) => cpuUsPerItem));
  return {
    arrangement: watched.arrangement,
    'predictions of the last round': rounds.labelings.at(-1)?.predictions ?? 0,
    'share of its CPU time that bare session.run needs': leastCpuUs / ours.cpuUsPerItem,
  };
}

const report = (trials: readonly Trial[], findings: readonly Finding[], facts: SubjectReport['facts']): SubjectReport => ({
  subject: 'teacher',
  notes: [
    'both sides: decoding, letterbox, model, NMS, masks inside their boxes, run lengths, score 0.25; ours also writes rows to the database',
    'starting processes and the first pictures are not timed on either side; verdicts are by wall time, all cores working',
  ],
  trials,
  findings,
  facts,
  peakRssMb: peakRssMb(),
});
