import { join } from 'node:path';
import type { Mount } from './mounts.ts';
import { readSystemFile } from './system-file.ts';

/** Control groups come in two versions, whose files have other names. */
export interface Cgroup {
  readonly version: 1 | 2;
  readonly folder: string;
}

/**
 * The groups whose limits hold for a process: its own and those above it, from inside out. A container may see its own group at the
 * mount point, under another path than the kernel states; folders that are not there are no groups.
 * @param membership the text of `/proc/self/cgroup`
 */
export function cgroupsOf(membership: string, mounts: readonly Mount[], controller: 'memory' | 'cpu'): readonly Cgroup[] {
  return membership
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [hierarchy = '', controllers = '', ...path] = line.split(':');
      const version = hierarchy === '0' && controllers === '' ? 2 : 1;
      if (version === 1 && !controllers.split(',').includes(controller)) return [];
      const mount = mounts.find(({ type, folder }) =>
        version === 2 ? type === 'cgroup2' : type === 'cgroup' && isFor(folder, controller),
      );
      return mount === undefined ? [] : upwards(mount.folder, path.join(':')).map((folder) => ({ version, folder }) as const);
    });
}

/** Controllers that share a hierarchy share its folder: `/sys/fs/cgroup/cpu,cpuacct`. */
const isFor = (folder: string, controller: string): boolean => (folder.split('/').at(-1) ?? '').split(',').includes(controller);

function upwards(root: string, path: string): readonly string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '..');
  return Array.from({ length: names.length + 1 }, (_, gone) => join(root, ...names.slice(0, names.length - gone)));
}

/** So much memory is how version 1 writes that there is no limit. */
const NO_LIMIT_BYTES = 2 ** 60;

/** The text of `memory.max` or `memory.limit_in_bytes`; null without a limit. */
export function parseMemoryLimit(text: string): number | null {
  const bytes = Number(text);
  return Number.isNaN(bytes) || bytes >= NO_LIMIT_BYTES ? null : bytes;
}

/** The text of `cpu.max`, `QUOTA PERIOD`, as a number of cores; null without a limit. */
export function parseCpuMax(text: string): number | null {
  const [quota, period] = text.trim().split(/\s+/).map(Number);
  return Number.isNaN(quota) || quota < 0 || !(period > 0) ? null : quota / period;
}

/**
 * What the kernel would give back at once: file pages that nobody has touched for long, in the text of `memory.stat`.
 * Version 1 counts a group alone, and as a total with those below it, as usage does.
 */
export function parseReclaimable(text: string): number {
  const stated = (name: string) => new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1];
  return Number(stated('total_inactive_file') ?? stated('inactive_file') ?? 0);
}

/** A group's limit, and what it has used of it. */
export interface MemoryLimit {
  readonly file: string;
  readonly bytes: number;
  readonly usedBytes: number;
}

export interface CpuQuota {
  readonly file: string;
  readonly cores: number;
}

/** The limit that leaves the least; null where no group has one. */
export async function memoryLimitOf(groups: readonly Cgroup[]): Promise<MemoryLimit | null> {
  const limits = (await Promise.all(groups.map(memoryLimit))).filter((limit) => limit !== null);
  const left = ({ bytes, usedBytes }: MemoryLimit) => bytes - usedBytes;
  return limits.reduce<MemoryLimit | null>((least, limit) => (least === null || left(limit) < left(least) ? limit : least), null);
}

const MEMORY_FILES = {
  1: { limit: 'memory.limit_in_bytes', usage: 'memory.usage_in_bytes' },
  2: { limit: 'memory.max', usage: 'memory.current' },
} as const;

async function memoryLimit({ version, folder }: Cgroup): Promise<MemoryLimit | null> {
  const file = join(folder, MEMORY_FILES[version].limit);
  const bytes = parseMemoryLimit((await readSystemFile(file)) ?? 'max');
  if (bytes === null) return null;
  const [usage, stat] = await Promise.all([MEMORY_FILES[version].usage, 'memory.stat'].map((name) => readSystemFile(join(folder, name))));
  return { file, bytes, usedBytes: Math.max(0, Number(usage ?? 0) - parseReclaimable(stat ?? '')) };
}

/** The smallest share of the processors; null where no group has one. */
export async function cpuQuotaOf(groups: readonly Cgroup[]): Promise<CpuQuota | null> {
  const quotas = (await Promise.all(groups.map(cpuQuota))).filter((quota) => quota !== null);
  return quotas.reduce<CpuQuota | null>((least, quota) => (least === null || quota.cores < least.cores ? quota : least), null);
}

async function cpuQuota({ version, folder }: Cgroup): Promise<CpuQuota | null> {
  const names = version === 2 ? ['cpu.max'] : ['cpu.cfs_quota_us', 'cpu.cfs_period_us'];
  const texts = await Promise.all(names.map((name) => readSystemFile(join(folder, name))));
  const cores = parseCpuMax(texts.map((text) => text?.trim() ?? 'max').join(' '));
  return cores === null ? null : { file: join(folder, names[0]), cores };
}
