import { freemem, totalmem } from 'node:os';
import { cgroupsOf, type MemoryLimit, memoryLimitOf } from './cgroups.ts';
import { parseMounts } from './mounts.ts';
import { readSystemFile } from './system-file.ts';

/** The machine's memory, as far as it says. */
export interface HostMemory {
  readonly totalBytes: number;
  /** Free, or given back by the kernel when it is asked for. */
  readonly availableBytes: number;
  /** Null where the system does not say. */
  readonly swapBytes: number | null;
  /** That of the control group of this process, as in a container. */
  readonly limit: MemoryLimit | null;
}

/** The text of `/proc/meminfo` in bytes, by name. */
export function parseMemory(text: string): ReadonlyMap<string, number> {
  return new Map([...text.matchAll(/^(\w+): +(\d+) kB$/gm)].map(([, name, kib]) => [name, 1024 * Number(kib)]));
}

export async function hostMemory(): Promise<HostMemory> {
  const [memory, membership, mounts] = await Promise.all(
    ['/proc/meminfo', '/proc/self/cgroup', '/proc/self/mounts'].map(async (path) => (await readSystemFile(path)) ?? ''),
  );
  const known = parseMemory(memory);
  return {
    totalBytes: totalmem(),
    availableBytes: known.get('MemAvailable') ?? freemem(),
    swapBytes: known.get('SwapTotal') ?? null,
    limit: await memoryLimitOf(cgroupsOf(membership, parseMounts(mounts), 'memory')),
  };
}

/** What new processes can have: of the machine, and of the limit where there is one. */
export function obtainableBytes({ availableBytes, limit }: Pick<HostMemory, 'availableBytes' | 'limit'>): number {
  return limit === null ? availableBytes : Math.min(availableBytes, Math.max(0, limit.bytes - limit.usedBytes));
}
