import { availableParallelism, freemem } from 'node:os';
import { recallArrangement, rememberArrangement } from './arrangement-memory.ts';
import { type ArrangementTrial, measureArrangement } from './arrangement-trial.ts';
import type { LabelerSettings } from './labeler-settings.ts';

/** How labelers share the machine. */
export interface Arrangement {
  readonly processes: number;
  /** Threads of each. */
  readonly threads: number;
  /** Whether threads that wait do so busily. */
  readonly spinning: boolean;
  /** Pictures that share a run, where the model takes any number. */
  readonly batch: number;
}

/** An arrangement, and why it was chosen. */
export interface ArrangementChoice {
  readonly arrangement: Arrangement;
  readonly why: string;
}

/** What an arrangement is chosen for. */
export interface ArrangementTask {
  readonly model: string;
  readonly settings: LabelerSettings;
  /** Pictures to label. */
  readonly count: number;
}

/** With fewer pictures the measurement takes longer than it saves. */
export const WORTH_MEASURING = 300;
/** A process takes as long to start as it needs for about so many pictures. */
const WORTH_A_PROCESS = 8;

/**
 * Chooses how labelers share the machine: as the settings say, where they say everything; as was found before for this model on this
 * machine; by a measurement of some seconds, where there are pictures enough; else one thread a process and one process a core.
 */
export async function chooseArrangement(task: ArrangementTask): Promise<ArrangementChoice> {
  const { arrangement, why } = await choose(task, candidateArrangements(task.settings, availableParallelism()));
  const processes = task.settings.processes || Math.min(arrangement.processes, Math.ceil(task.count / WORTH_A_PROCESS));
  return { arrangement: { ...arrangement, processes }, why };
}

async function choose(task: ArrangementTask, candidates: readonly Arrangement[]): Promise<ArrangementChoice> {
  const [first] = candidates;
  if (candidates.length === 1 && task.settings.batch > 0) return { arrangement: first, why: 'as configured' };
  const remembered = await recallArrangement(task);
  if (remembered !== null) return { arrangement: remembered, why: 'the fastest when this model was measured on this machine' };
  if (task.count < WORTH_MEASURING) return { arrangement: first, why: 'too few pictures to measure what is fastest' };
  const trials = await measureAll(task, candidates);
  await rememberArrangement(task, fastest(trials).arrangement);
  return { arrangement: fastest(trials).arrangement, why: trials.map(describeTrial).join('; ') };
}

/** `labeling with 2 processes of 1 thread: ...` */
export const describeArrangement = ({ arrangement, why }: ArrangementChoice): string => `labeling with ${inWords(arrangement)}: ${why}`;

function inWords({ processes, threads, spinning, batch }: Arrangement): string {
  const plural = (count: number, noun: string, ending: string) => `${count} ${noun}${count === 1 ? '' : ending}`;
  const busily = threads > 1 && spinning ? ' that spin' : '';
  const together = batch > 1 ? `, ${batch} pictures a run` : '';
  return `${plural(processes, 'process', 'es')} of ${plural(threads, 'thread', 's')}${busily}${together}`;
}

const describeTrial = ({ arrangement, picturesPerSecond }: ArrangementTrial): string =>
  `${inWords(arrangement)} ran the model ${picturesPerSecond.toFixed(1)} times a second`;

/** What may be fastest on so many cores, within what the settings leave open; the best guess first. */
export function candidateArrangements(settings: LabelerSettings, cores: number): readonly Arrangement[] {
  const batch = settings.batch || 1;
  return sharings(settings, cores).flatMap(({ processes, threads }) =>
    spinningChoices(settings, processes, threads).map((spinning) => ({ processes, threads, spinning, batch })),
  );
}

function sharings(
  { processes, threads, providers }: LabelerSettings,
  cores: number,
): readonly Pick<Arrangement, 'processes' | 'threads'>[] {
  const each = (count: number) => Math.max(1, Math.floor(cores / count));
  if (processes > 0) return unique([threads || each(processes), threads || 1]).map((count) => ({ processes, threads: count }));
  if (threads > 0) return [{ processes: each(threads), threads }];
  // An accelerator is kept busy by a few processes that decode and encode on the CPU meanwhile.
  if (providers[0] !== 'cpu') return unique([Math.min(2, cores), 1, Math.min(4, cores)]).map((count) => ({ processes: count, threads: 1 }));
  return unique([cores, each(2), each(4), 1]).map((count) => ({ processes: count, threads: each(count) }));
}

/** Waiting busily may help one process that has the machine for itself; of several, each would keep the others from working. */
function spinningChoices({ spinning }: LabelerSettings, processes: number, threads: number): readonly boolean[] {
  if (spinning !== 'auto') return [spinning];
  return threads > 1 && processes === 1 ? [false, true] : [false];
}

const unique = (values: readonly number[]): readonly number[] => [...new Set(values)];

/** Nothing more is tried after this. */
const MEASURING_MS = 12_000;
/** Of the free memory, what labelers may take. */
const MEMORY_SHARE = 0.8;
/** Pictures a run that are tried where the model takes any number. */
const BATCHES = [4, 16];

/** Tries the candidates, then whether the fastest of them is faster with batches. At least one is tried. */
async function measureAll(task: ArrangementTask, candidates: readonly Arrangement[]): Promise<readonly ArrangementTrial[]> {
  const deadlineMs = Date.now() + MEASURING_MS;
  const freeMb = freemem() / 2 ** 20;
  const trials: ArrangementTrial[] = [];
  const fits = ({ processes }: Arrangement) =>
    trials.every(({ processMb }) => Date.now() < deadlineMs && processes * processMb < MEMORY_SHARE * freeMb);
  const tryOut = async (arrangement: Arrangement) => {
    if (fits(arrangement)) trials.push(await measureArrangement(task, arrangement));
  };
  for (const candidate of candidates) await tryOut(candidate);
  const batches = trials[0].anyBatch && task.settings.batch === 0 ? BATCHES : [];
  for (const batch of batches) await tryOut({ ...fastest(trials).arrangement, batch });
  return trials;
}

/** What comes first wins unless something is clearly faster: measurements as short as these differ by as much. */
const CLEARLY = 1.03;

const fastest = (trials: readonly ArrangementTrial[]): ArrangementTrial =>
  trials.reduce((best, trial) => (trial.picturesPerSecond > CLEARLY * best.picturesPerSecond ? trial : best));
