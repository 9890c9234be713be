/** A run whose processes are looked at again and again while it goes on: what it holds, and what it leaves behind (Linux). */
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { RunEvent } from '../pipeline/index.ts';
import { childrenOf, type Ended, type Program } from './small-run.ts';

/** What a process holds. */
interface Holdings {
  readonly descriptors: number;
  readonly threads: number;
  readonly rssMb: number;
}

/** What was seen of the run's processes in one round. */
export interface RoundSights {
  readonly round: number;
  /** The least that the run's own process held: what is left of it between two pieces of work. */
  readonly least: Omit<Holdings, 'rssMb'> & { readonly children: number };
  /** The most that it took. */
  readonly rssMb: number;
  /** The most that one child took, by stage. */
  readonly childRssMb: Readonly<Record<string, number>>;
  /** Children that were started, by stage. */
  readonly children: Readonly<Record<string, number>>;
}

/** All that was seen of a run. */
export interface Sights {
  readonly ended: Ended;
  readonly rounds: readonly RoundSights[];
  /** Every child that was ever seen. */
  readonly pids: readonly number[];
}

/** One look at a run. */
interface Sight {
  readonly atMs: number;
  readonly round: number;
  readonly stage: string;
  readonly own: Holdings;
  readonly children: ReadonlyMap<number, Holdings | null>;
}

const LOOK_EVERY_MS = 20;
/** A process that is about to end holds less and less: what it held so shortly before says nothing. */
const ENDING_MS = 1000;

/** Watches a run that tells its events as JSON (`run --json`) to its end. */
export async function watchRun(program: Program): Promise<Sights> {
  const sights: Sight[] = [];
  let place: { readonly round: number; readonly stage: string } | null = null;
  createInterface({ input: program.process.stdout as Readable }).on('line', (line) => {
    const event = JSON.parse(line) as RunEvent;
    if (event.kind === 'stage-started') place = event;
  });
  const timer = setInterval(() => {
    const own = holdingsOf(program.pid);
    const children = new Map(childrenOf(program.pid).map((pid) => [pid, holdingsOf(pid)]));
    if (own !== null && place !== null) sights.push({ atMs: performance.now(), round: place.round, stage: place.stage, own, children });
  }, LOOK_EVERY_MS);
  try {
    const ended = await program.ended;
    return { ended, ...summed(sights, performance.now() - ENDING_MS) };
  } finally {
    clearInterval(timer);
  }
}

/** @param untilMs when the process began to end */
function summed(sights: readonly Sight[], untilMs: number): Omit<Sights, 'ended'> {
  const pids = new Set<number>();
  const indexes = [...new Set(sights.map(({ round }) => round))];
  const rounds = indexes.map((round) => {
    const seen = sights.filter((sight) => sight.round === round);
    return {
      round,
      least: leastOf(seen.filter(({ atMs }) => atMs < untilMs)),
      rssMb: most(seen.map(({ own }) => own.rssMb)),
      ...childrenIn(seen, pids),
    };
  });
  return { rounds, pids: [...pids] };
}

function leastOf(sights: readonly Sight[]): RoundSights['least'] {
  const least = (numberOf: (sight: Sight) => number) =>
    sights.reduce((lowest, sight) => Math.min(lowest, numberOf(sight)), Number.POSITIVE_INFINITY);
  return {
    descriptors: least(({ own }) => own.descriptors),
    threads: least(({ own }) => own.threads),
    children: least(({ children }) => children.size),
  };
}

/** @param known children of earlier rounds; gets those of this one */
function childrenIn(sights: readonly Sight[], known: Set<number>): Pick<RoundSights, 'childRssMb' | 'children'> {
  const childRssMb: Record<string, number> = {};
  const started: Record<string, number> = {};
  for (const { stage, children } of sights)
    for (const [pid, holdings] of children) {
      if (!known.has(pid)) started[stage] = (started[stage] ?? 0) + 1;
      known.add(pid);
      childRssMb[stage] = Math.max(childRssMb[stage] ?? 0, holdings?.rssMb ?? 0);
    }
  return { childRssMb, children: started };
}

const most = (values: readonly number[]): number => values.reduce((highest, value) => Math.max(highest, value), 0);

/** Null for a process that has ended. */
function holdingsOf(pid: number): Holdings | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return { descriptors: readdirSync(`/proc/${pid}/fd`).length, threads: field('Threads'), rssMb: field('VmRSS') / 1024 };
  } catch {
    return null;
  }
}
