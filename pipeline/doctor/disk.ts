import { realpath, statfs } from 'node:fs/promises';
import { type Mount, mountOf, parseMounts } from '../host/mounts.ts';
import { readSystemFile } from '../host/system-file.ts';
import { judgeFileSystem } from './file-system.ts';
import { broken, type Finding, inBytes, ok, quoted, warning } from './finding.ts';
import { judgeLocking, judgeLog } from './locking.ts';
import type { ScratchFacts } from './scratch.ts';

export interface DiskFacts {
  /** Where runs will lie. */
  readonly folder: string;
  readonly mount: Mount | undefined;
  readonly freeBytes: number;
  /** Files that may still be made; null where the file system does not count them. */
  readonly freeFiles: number | null;
  /** A run waits while less than this is free. */
  readonly minFreeBytes: number;
  readonly scratch: ScratchFacts;
}

/** Where nothing can be written, what would need that is not judged. */
export function judgeDisk(facts: DiskFacts): readonly Finding[] {
  const { scratch, mount } = facts;
  const known = [space(facts), ...files(facts), ...judgeFileSystem(mount)];
  if (scratch.kind === 'refused') return [...known, refused(facts, scratch)];
  return [...known, writing(scratch.bytesPerSecond), flushing(scratch.flushMs), judgeLocking(scratch.locking), judgeLog(scratch.log)];
}

/** A run with its checkpoints and a database of some thousand pictures takes about so much. */
const LITTLE_DISK_BYTES = 2e9;

function space({ folder, freeBytes, minFreeBytes }: DiskFacts): Finding {
  const [id, part] = ['disk.space', 'free space'] as const;
  const detail = `${inBytes(freeBytes)} free in ${folder}`;
  const largest = `du -xhd 2 ${quoted(folder)} | sort -h | tail -20`;
  if (freeBytes < minFreeBytes) return broken(id, part, `${detail}; a run waits while less than ${inBytes(minFreeBytes)} are`, largest);
  if (freeBytes < LITTLE_DISK_BYTES) return warning(id, part, `${detail}; a run may need ${inBytes(LITTLE_DISK_BYTES)} and more`, largest);
  return ok(id, part, detail);
}

const FEW_FILES = 10_000;

function files({ folder, freeFiles }: DiskFacts): readonly Finding[] {
  if (freeFiles === null) return [];
  const [id, part] = ['disk.inodes', 'free inodes'] as const;
  if (freeFiles >= FEW_FILES) return [ok(id, part, String(freeFiles))];
  const detail = `${freeFiles}: the disk may be full of files before it is full of bytes`;
  return [warning(id, part, detail, `du -x --inodes -d 2 ${quoted(folder)} | sort -n | tail -20`)];
}

function refused({ folder, mount }: DiskFacts, { code, message }: Extract<ScratchFacts, { kind: 'refused' }>): Finding {
  const at = quoted(mount?.folder ?? folder);
  const fixes: Readonly<Record<string, string>> = {
    EROFS: `sudo mount -o remount,rw ${at}`,
    EACCES: `sudo chown "$USER" ${quoted(folder)}`,
    EPERM: `sudo chown "$USER" ${quoted(folder)}`,
    EDQUOT: 'quota -s',
    EFBIG: 'ulimit -f unlimited',
  };
  return broken(
    'disk.writing',
    'writing',
    `nothing can be written in ${folder}: ${message}`,
    fixes[code] ?? `du -xhd 2 ${at} | sort -h | tail -20`,
  );
}

const SLOW_BYTES_PER_SECOND = 10e6;

function writing(bytesPerSecond: number): Finding {
  const [id, part] = ['disk.writing', 'writing'] as const;
  const detail = `${inBytes(bytesPerSecond)} a second`;
  if (bytesPerSecond >= SLOW_BYTES_PER_SECOND) return ok(id, part, detail);
  return warning(id, part, `${detail}: each checkpoint makes the training wait`, BUSY_DISKS);
}

const SLOW_FLUSH_MS = 50;
const BUSY_DISKS = 'iostat -x 1 3';

function flushing(flushMs: number): Finding {
  const [id, part] = ['disk.flush', 'flushing'] as const;
  const detail = `${flushMs.toFixed(1)} ms until a write is safe`;
  if (flushMs <= SLOW_FLUSH_MS) return ok(id, part, detail);
  return warning(id, part, `${detail}: each picture that is labeled waits for it`, BUSY_DISKS);
}

/** @param folder one that is there */
export async function checkDisk(folder: string, scratch: ScratchFacts, minFreeBytes: number): Promise<readonly Finding[]> {
  const { bavail, bsize, files: allFiles, ffree } = await statfs(folder);
  const mounts = parseMounts((await readSystemFile('/proc/self/mounts')) ?? '');
  const freeFiles = allFiles === 0 ? null : ffree;
  const mount = mountOf(await realpath(folder), mounts);
  return judgeDisk({ folder, mount, freeBytes: bavail * bsize, freeFiles, minFreeBytes, scratch });
}
