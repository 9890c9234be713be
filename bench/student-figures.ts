import { type Measurement, median, trialOf } from './harness.ts';
import { figureAt, type PeerAnswer } from './peers.ts';
import { type Finding, finding, type SubjectReport, type Trial } from './report.ts';
import { threads } from './student-training.ts';
import { type ExchangeReport, type ProfileReport, partNames, type StreamReport } from './student-work.ts';

const stepName = 'training step';
const peerName = 'PyTorch';
const firstLossTolerance = 1e-4;
/** Adam's first steps go by the signs of gradients, so that rounding soon shows. */
const laterLossTolerance = 1e-2;
const allowedGrowthMb = 50;

/** All that was measured of a training; rounds in their order. */
export interface MeasuredStudent {
  readonly exchange: ExchangeReport;
  readonly ours: readonly Measurement[];
  readonly deterministic: readonly Measurement[];
  readonly answers: readonly PeerAnswer[];
  readonly profile: ProfileReport;
  readonly stream: StreamReport;
}

export function trialsOf({ ours, deterministic, answers }: MeasuredStudent): readonly Trial[] {
  const peer = linesOf(answers).map((line) => measurementOf(line));
  return [
    trialOf(stepName, 'selfpaste', 'images', ours),
    ...(peer.length === 0 ? [] : [trialOf(stepName, peerName, 'images', peer)]),
    trialOf(`${stepName}, deterministic`, 'selfpaste', 'images', deterministic),
  ];
}

const linesOf = (answers: readonly PeerAnswer[]): readonly unknown[] =>
  answers.flatMap((answer) => (answer.kind === 'ran' ? [answer.line] : []));

const measurementOf = (line: unknown): Measurement => ({
  perSecond: figureAt(line, 'images_per_s'),
  cpuUsPerItem: 1000 * figureAt(line, 'cpu_ms_per_image'),
});

export function findingsOf(measured: MeasuredStudent): readonly Finding[] {
  const { stream } = measured;
  return [
    ...peerFindings(measured),
    finding('time that a training waits for samples', 100 * stream.waitedFraction, '%', 'at most', 3),
    finding('different numbers of tensors after the steps', stream.tensorCounts, 'numbers', 'at most', 1),
    finding('largest RSS after a step', Math.max(...stream.rssMb), 'MB', 'at most', 2560),
    finding('RSS that the second half of the steps adds', secondHalfGrowth(stream.rssMb), 'MB', 'at most', allowedGrowthMb),
  ];
}

function peerFindings(measured: MeasuredStudent): readonly Finding[] {
  const absent = measured.answers.find((answer) => answer.kind === 'absent');
  if (absent) return [{ kind: 'absent', name: `${stepName} to that of ${peerName}`, reason: absent.reason }];
  const [ours, peer] = trialsOf(measured);
  const [first, ...later] = lossDifferences(measured);
  return [
    timeFinding(ours, peer),
    finding(`difference of the first losses to ${peerName}'s`, first, 'relative', 'at most', firstLossTolerance),
    finding('difference of the losses after one and two updates', Math.max(...later), 'relative', 'at most', laterLossTolerance),
  ];
}

/** PyTorch's threads wait for each other busily: where others use the cores it is many times slower, and beating that means nothing. */
const leastPeerCores = 0.75 * threads;

function timeFinding(ours: Trial, peer: Trial): Finding {
  const name = `time of a ${stepName} to that of ${peerName}`;
  const cores = (peer.perSecond * peer.cpuUsPerItem) / 1e6;
  if (cores < leastPeerCores)
    return { kind: 'absent', name, reason: `the machine was not quiet: ${peerName} got ${cores.toFixed(1)} cores` };
  return finding(name, peer.perSecond / ours.perSecond, 'x', 'at most', 1.35);
}

/** The largest relative difference of the losses of each step. */
function lossDifferences({ exchange, answers }: MeasuredStudent): readonly number[] {
  const [line] = linesOf(answers);
  return exchange.losses.map((losses, step) =>
    Math.max(...partNames.map((part) => Math.abs(losses[part] / figureAt(line, 'losses', `${step}`, part) - 1))),
  );
}

/** By medians: single steps jump while memory is handed back. */
function secondHalfGrowth(rssMb: readonly number[]): number {
  const quarter = (at: number) => median(rssMb.slice((at * rssMb.length) / 4, ((at + 1) * rssMb.length) / 4));
  return quarter(3) - quarter(1);
}

const largestOps = 6;
const seriesPoints = 20;

export function factsOf({ ours, deterministic, profile, stream }: MeasuredStudent): SubjectReport['facts'] {
  const rate = (rounds: readonly Measurement[]) => median(rounds.map(({ perSecond }) => perSecond));
  const nativeMs = profile.calls.reduce((sum, { ms }) => sum + ms, 0);
  return {
    backend: stream.backend,
    'time of a deterministic step to that of another': rate(ours) / rate(deterministic),
    'native calls a step': profile.calls.reduce((sum, { calls }) => sum + calls, 0),
    'share of a step in native calls': nativeMs / profile.stepMs,
    'most of it': profile.calls
      .slice(0, largestOps)
      .map(({ op, calls, ms }) => `${op} ${ms.toFixed(1)} ms in ${calls}`)
      .join(', '),
    'median step from the sample stream': `${stream.stepMs.toFixed(0)} ms`,
    [`RSS over ${stream.rssMb.length} steps`]: `${seriesOf(stream.rssMb).join(' ')} MB`,
  };
}

/** Medians of as many stretches of the series. */
function seriesOf(values: readonly number[]): readonly number[] {
  const points = Math.min(seriesPoints, values.length);
  return Array.from({ length: points }, (_, at) =>
    Math.round(median(values.slice(Math.floor((at * values.length) / points), Math.floor(((at + 1) * values.length) / points)))),
  );
}
