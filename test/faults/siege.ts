import type { Fault } from './fault.ts';
import type { FaultBed } from './fault-bed.ts';

/** What came of one kind of fault. */
export interface Toll {
  times: number;
  /** Processes that went on with a run after it. */
  resumed: number;
  /** How runs with this fault ended otherwise than the undisturbed one. */
  readonly differences: string[];
}

/** By the faults' names, in the order in which they came. */
export type Tolls = ReadonlyMap<string, Toll>;

/**
 * Lets faults come over a run one after the other, as long as it lasts; then over another run, until all have come. Each run is resumed
 * to its end and compared with the undisturbed one.
 */
export async function besiege(bed: FaultBed, faults: readonly Fault[], name: string, tell: (text: string) => void): Promise<Tolls> {
  const tolls = new Map<string, Toll>();
  for (let [at, runs] = [0, 0]; at < faults.length; runs++) {
    const run = `${name}-${runs}`;
    const came: Fault[] = [];
    try {
      at = await besiegeRun(bed, faults, at, run, came, tolls, tell);
      await bed.finish(run);
    } catch (error) {
      const difference = `${run} after ${came.map((fault) => fault.name).join(', ')}: ${error instanceof Error ? error.message : error}`;
      tell(difference);
      for (const fault of new Set(came)) tollOf(tolls, fault).differences.push(difference);
      at = Math.max(at, faults.indexOf(came.at(-1) as Fault) + 1);
    } finally {
      bed.removeRun(run);
    }
    tell(`${run}: ${came.length} faults, ${at} of ${faults.length} are done`);
  }
  return tolls;
}

/** @returns the place of the first fault that is left: of those that found the run at its end, the next run has the first */
async function besiegeRun(
  bed: FaultBed,
  faults: readonly Fault[],
  from: number,
  run: string,
  came: Fault[],
  tolls: Map<string, Toll>,
  tell: (text: string) => void,
): Promise<number> {
  for (let at = from; at < faults.length; at++) {
    const fault = faults[at] as Fault;
    came.push(fault);
    const { times, ended } = await fault.strike(bed, run);
    tell(`${run}: ${fault.name}, ${times} times, then in ${bed.placeOf(run)}`);
    const toll = tollOf(tolls, fault);
    toll.times += times;
    if (times > 0 && ended?.code !== 0) toll.resumed++;
    if (ended?.code === 0) return at + 1;
  }
  return faults.length;
}

function tollOf(tolls: Map<string, Toll>, { name }: Fault): Toll {
  const toll = tolls.get(name) ?? { times: 0, resumed: 0, differences: [] };
  tolls.set(name, toll);
  return toll;
}

/** The tolls as a table for people. */
export function tollTable(tolls: Tolls): string {
  const rows = [...tolls].map(([name, { times, resumed, differences }]) => `| ${name} | ${times} | ${resumed} | ${differences.length} |`);
  return ['| fault | times | resumed | differences |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
