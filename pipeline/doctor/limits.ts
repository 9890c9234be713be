import { statfs } from 'node:fs/promises';
import { readSystemFile, readSystemNumber } from '../host/system-file.ts';
import { type Finding, type FindingId, inBytes, ok, warning } from './finding.ts';

/** What the kernel lets a process have; Infinity for no limit. Only the administrator raises `hard`. */
export interface Limit {
  readonly soft: number;
  readonly hard: number;
}

/** Limits by name, as `Max open files`: the text of `/proc/self/limits`. */
export function parseLimits(text: string): ReadonlyMap<string, Limit> {
  const rows = [...text.matchAll(/^(Max [a-z ]+?) {2,}(\S+) +(\S+)/gm)];
  return new Map(rows.map(([, name, soft, hard]) => [name, { soft: limitOf(soft), hard: limitOf(hard) }]));
}

const limitOf = (text: string): number => (text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text));

/** A limit that a run may meet. */
interface Need {
  readonly id: FindingId;
  readonly part: string;
  /** As the kernel calls it. */
  readonly name: string;
  /** Below this a run may fail. */
  readonly least: number;
  /** What a fix asks for. */
  readonly wanted: number | 'unlimited';
  /** Option of the shell's `ulimit`, and of `prlimit`. */
  readonly option: { readonly shell: string; readonly long: string };
  readonly show: (value: number) => string;
  readonly why: string;
}

const count = (value: number): string => String(value);
const seconds = (value: number): string => `${value} s`;
const EVER = Number.POSITIVE_INFINITY;

const NEEDS: readonly Need[] = [
  {
    ...{ id: 'limits.openFiles', part: 'open files', name: 'Max open files', least: 1024, wanted: 8192, show: count },
    option: { shell: 'n', long: 'nofile' },
    why: 'pictures, databases and the channels of child processes are files',
  },
  {
    ...{ id: 'limits.processes', part: 'processes', name: 'Max processes', least: 512, wanted: 4096, show: count },
    option: { shell: 'u', long: 'nproc' },
    why: 'each thread of TensorFlow and ONNX Runtime counts as one',
  },
  {
    ...{ id: 'limits.fileSize', part: 'file size', name: 'Max file size', least: 20e9, wanted: 'unlimited', show: inBytes },
    option: { shell: 'f', long: 'fsize' },
    why: 'the database of a large run grows to gigabytes',
  },
  {
    ...{ id: 'limits.addressSpace', part: 'address space', name: 'Max address space', least: EVER, wanted: 'unlimited', show: inBytes },
    option: { shell: 'v', long: 'as' },
    why: 'WebAssembly and TensorFlow reserve far more than they use',
  },
  {
    ...{ id: 'limits.cpuTime', part: 'processor time', name: 'Max cpu time', least: EVER, wanted: 'unlimited', show: seconds },
    option: { shell: 't', long: 'cpu' },
    why: 'the kernel ends a process that has had so much',
  },
];

/** Judges the limits that the kernel states; those that it does not state are left out. */
export function judgeLimits(limits: ReadonlyMap<string, Limit>): readonly Finding[] {
  const judged = NEEDS.flatMap((need) => {
    const limit = limits.get(need.name);
    return limit === undefined ? [] : [judgeLimit(need, limit)];
  });
  return [...judged, ...coreFiles(limits.get('Max core file size'))];
}

function judgeLimit(need: Need, limit: Limit): Finding {
  const shown = limit.soft === Number.POSITIVE_INFINITY ? 'no limit' : `at most ${need.show(limit.soft)}`;
  if (limit.soft >= need.least) return ok(need.id, need.part, shown);
  return warning(need.id, need.part, `${shown}: ${need.why}`, raising(need, limit.hard));
}

/** The shell raises a limit up to the hard one; past that it takes the administrator. */
function raising({ wanted, option }: Need, hard: number): string {
  const least = wanted === 'unlimited' ? Number.POSITIVE_INFINITY : wanted;
  if (hard < least) return `sudo prlimit --pid $$ --${option.long}=${wanted}:${wanted}`;
  return `ulimit -${option.shell} ${wanted}`;
}

function coreFiles(limit: Limit | undefined): readonly Finding[] {
  if (limit === undefined) return [];
  const detail = limit.soft === 0 ? 'none are written' : 'a crash of native code leaves one of up to some GB where the system puts them';
  return [ok('limits.coreFiles', 'core files', detail)];
}

/** What several programs share: null where the system has no such thing. */
export interface SharedFacts {
  readonly sharedMemoryBytes: number | null;
  readonly inotifyWatches: number | null;
  readonly inotifyInstances: number | null;
}

const LITTLE_SHARED_MEMORY_BYTES = 64e6;
const FEW_WATCHES = 8192;
const FEW_INSTANCES = 64;

export function judgeShared({ sharedMemoryBytes, inotifyWatches, inotifyInstances }: SharedFacts): readonly Finding[] {
  return [
    ...atLeast('limits.sharedMemory', 'shared memory', sharedMemoryBytes, LITTLE_SHARED_MEMORY_BYTES, {
      detail: (bytes) => `/dev/shm has ${inBytes(bytes)}`,
      why: "GPU libraries and other programs' training workers need more",
      fix: 'sudo mount -o remount,size=1G /dev/shm',
    }),
    ...atLeast('limits.inotifyWatches', 'inotify watches', inotifyWatches, FEW_WATCHES, {
      detail: count,
      why: 'TensorBoard and editors that watch a run may say that no space is left on the device',
      fix: 'sudo sysctl fs.inotify.max_user_watches=524288',
    }),
    ...atLeast('limits.inotifyInstances', 'inotify instances', inotifyInstances, FEW_INSTANCES, {
      detail: count,
      why: 'programs that watch a run may say that too many files are open',
      fix: 'sudo sysctl fs.inotify.max_user_instances=512',
    }),
  ];
}

interface Words {
  readonly detail: (value: number) => string;
  readonly why: string;
  readonly fix: string;
}

function atLeast(id: FindingId, part: string, value: number | null, least: number, { detail, why, fix }: Words): readonly Finding[] {
  if (value === null) return [];
  return [value >= least ? ok(id, part, detail(value)) : warning(id, part, `${detail(value)}: ${why}`, fix)];
}

export async function checkLimits(): Promise<readonly Finding[]> {
  return [...judgeLimits(parseLimits((await readSystemFile('/proc/self/limits')) ?? '')), ...judgeShared(await sharedFacts())];
}

async function sharedFacts(): Promise<SharedFacts> {
  return {
    sharedMemoryBytes: await statfs('/dev/shm').then(
      ({ blocks, bsize }) => blocks * bsize,
      () => null,
    ),
    inotifyWatches: await readSystemNumber('/proc/sys/fs/inotify/max_user_watches'),
    inotifyInstances: await readSystemNumber('/proc/sys/fs/inotify/max_user_instances'),
  };
}
