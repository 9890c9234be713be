import { existsSync } from 'node:fs';
import { availableParallelism, hostname, loadavg } from 'node:os';
import { type CpuQuota, cgroupsOf, cpuQuotaOf, type MemoryLimit } from '../host/cgroups.ts';
import { type HostMemory, hostMemory } from '../host/memory.ts';
import { parseMounts } from '../host/mounts.ts';
import { readSystemFile } from '../host/system-file.ts';
import { type Finding, inBytes, ok, warning } from './finding.ts';

/** What a labeling process and the trainer of a default student take at their largest. */
const LABELER_BYTES = 0.6e9;
const TRAINER_BYTES = 1.1e9;
const NEEDED_BYTES = LABELER_BYTES + TRAINER_BYTES;

export interface MemoryFacts extends HostMemory {
  /** The container that this runs in, as its host calls it; null outside of one. */
  readonly container: string | null;
}

export interface ProcessorFacts {
  readonly cores: number;
  readonly quota: CpuQuota | null;
  /** Processes that wanted to run in the last minute, on average, before anything was tried here. */
  readonly load: number;
}

export function judgeMemory(facts: MemoryFacts): readonly Finding[] {
  return [available(facts), ...limited(facts), ...swapped(facts)];
}

const LARGEST = 'ps -eo pid,rss,comm --sort=-rss | head';

function available({ totalBytes, availableBytes }: MemoryFacts): Finding {
  const [id, part] = ['resources.memory', 'memory'] as const;
  const detail = `${inBytes(availableBytes)} available of ${inBytes(totalBytes)}`;
  if (availableBytes >= NEEDED_BYTES) return ok(id, part, detail);
  return warning(id, part, `${detail}; ${needs()}. End what takes most of it`, LARGEST);
}

const needs = (): string =>
  `a run takes about ${inBytes(NEEDED_BYTES)}: ${inBytes(LABELER_BYTES)} for each labeling process, ${inBytes(TRAINER_BYTES)} to train`;

function limited({ limit, totalBytes, container }: MemoryFacts): readonly Finding[] {
  const [id, part] = ['resources.memoryLimit', 'memory limit'] as const;
  if (limit === null || limit.bytes >= totalBytes) return [ok(id, part, 'none but the machine itself')];
  const detail = `${inBytes(limit.bytes)} (${limit.file}), of which ${inBytes(limit.usedBytes)} are used`;
  if (limit.bytes - limit.usedBytes >= NEEDED_BYTES) return [ok(id, part, detail)];
  return [warning(id, part, `${detail}; ${needs()}. Past the limit the kernel ends a process`, raising(limit, container))];
}

function raising({ file, bytes }: MemoryLimit, container: string | null): string {
  const wanted = Math.ceil((bytes + NEEDED_BYTES) / 1e9);
  if (container !== null) return `docker update --memory=${wanted}g --memory-swap=${wanted}g ${container}`;
  return `echo ${wanted}G | sudo tee ${file}`;
}

function swapped({ swapBytes }: MemoryFacts): readonly Finding[] {
  if (swapBytes === null) return [];
  const detail = swapBytes > 0 ? inBytes(swapBytes) : 'none: where memory runs out, the kernel ends a process, which the run starts again';
  return [ok('resources.swap', 'swap', detail)];
}

export function judgeProcessors({ cores, quota, load }: ProcessorFacts): readonly Finding[] {
  const usable = Math.min(cores, quota?.cores ?? cores);
  return [processors(cores, quota), busy(usable, load)];
}

function processors(cores: number, quota: CpuQuota | null): Finding {
  const [id, part] = ['resources.processors', 'processors'] as const;
  const detail = `${cores} core${cores === 1 ? '' : 's'}`;
  if (quota === null || quota.cores >= cores) return ok(id, part, detail);
  const threads = Math.max(1, Math.floor(quota.cores));
  return warning(
    id,
    part,
    `${detail}, but this process may use ${quota.cores.toFixed(1)} of them (${quota.file}): as many threads as cores would wait for each other`,
    `selfpaste run -c selfpaste.yaml --set train.threads=${threads} --set teacher.processes=${threads}`,
  );
}

function busy(usable: number, load: number): Finding {
  const [id, part] = ['resources.load', 'load'] as const;
  const detail = `${load.toFixed(1)} on average in the last minute`;
  if (load <= usable) return ok(id, part, detail);
  return warning(
    id,
    part,
    `${detail}, more than there are cores: a run, and the speed measured here, share them`,
    'top -b -n 1 | head -20',
  );
}

/** To be asked before anything else is tried, which would be seen here. */
export async function checkResources(): Promise<readonly Finding[]> {
  const [membership, mounts] = await Promise.all([readSystemFile('/proc/self/cgroup'), readSystemFile('/proc/self/mounts')]);
  const quota = await cpuQuotaOf(cgroupsOf(membership ?? '', parseMounts(mounts ?? ''), 'cpu'));
  const processors = { cores: availableParallelism(), quota, load: loadavg()[0] };
  const container = existsSync('/.dockerenv') ? hostname() : null;
  return [...judgeMemory({ ...(await hostMemory()), container }), ...judgeProcessors(processors)];
}
