import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import process from 'node:process';
import { Bench } from 'tinybench';
import type { MachineFacts, Trial } from './report.ts';

/** How long an operation runs: first untimed to warm up, at least once, then at least so long and so often for its median. */
export interface Budget {
  readonly warmUpMs: number;
  readonly timeMs: number;
  readonly iterations: number;
}

/** One round of one trial. */
export interface Measurement {
  readonly perSecond: number;
  readonly cpuUsPerItem: number;
}

/**
 * Runs an operation under tinybench: the median of its wall times, and the CPU time of all threads over all timed runs.
 * @param items how many items one call works on
 */
export async function measure(
  items: number,
  operation: () => void | number | Promise<void>,
  { warmUpMs, timeMs, iterations }: Budget,
): Promise<Measurement> {
  const bench = new Bench({ warmupTime: warmUpMs, warmupIterations: 1, time: timeMs, iterations, throws: true });
  const cpu = new CpuClock();
  bench.add('operation', operation, {
    // Otherwise it would be called to find out, and the call not waited for.
    async: true,
    beforeAll: (mode) => (mode === 'run' ? cpu.start() : undefined),
    afterAll: (mode) => (mode === 'run' ? cpu.stop() : undefined),
  });
  const [task] = await bench.run();
  if (task.result.state !== 'completed') throw new Error(`a benchmark ended as ${task.result.state}`);
  return {
    perSecond: (1000 * items) / task.result.latency.p50,
    cpuUsPerItem: cpu.us / (items * task.result.latency.samplesCount),
  };
}

/** The trial of one or more rounds, by their medians. */
export function trialOf(name: string, by: string, item: string, rounds: readonly Measurement[]): Trial {
  return {
    name,
    by,
    item,
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    cpuUsPerItem: median(rounds.map(({ cpuUsPerItem }) => cpuUsPerItem)),
    rounds: rounds.length,
  };
}

/** The value that so large a part of all values does not exceed. @param fraction 0..1 */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The largest resident size that this process ever had, in MB of 2^20 bytes. */
export function peakRssMb(): number {
  // getrusage counts what the process was before exec, which for a forked child is its parent; the kernel's own record does not.
  const kept = /VmHWM:\s+(\d+) kB/.exec(procStatus());
  return (kept ? Number(kept[1]) : process.resourceUsage().maxRSS) / 1024;
}

function procStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}

export function machineFacts(): MachineFacts {
  const found = cpus();
  return {
    cpu: found[0]?.model ?? 'unknown',
    cores: found.length,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    loadAverage: loadavg()[0],
  };
}

/** CPU microseconds of this process between start and stop. */
class CpuClock {
  #before = process.cpuUsage();
  us = 0;

  start(): void {
    this.#before = process.cpuUsage();
  }

  stop(): void {
    const { user, system } = process.cpuUsage(this.#before);
    this.us = user + system;
  }
}
