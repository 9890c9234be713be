/** Disks that are full, or cannot be written any more; on Linux, as who may mount. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { assertExplained, type Fault, waitOr } from './fault.ts';
import type { FaultBed } from './fault-bed.ts';

/** The disk is full from a moment on, until the run has ended of it. */
export function fullAfter(ms: number): Fault {
  return {
    name: 'disk full',
    async strike(bed, run) {
      if (!bed.isDisk) return { times: 0, ended: null };
      const program = bed.goOn(run);
      await waitOr(ms, program);
      const ballast = fill(bed);
      try {
        const ended = await program.ended;
        assertExplained(ended, ['ENVIRONMENT_DISK_FULL']);
        return { times: ended.code === 0 ? 0 : 1, ended };
      } finally {
        rmSync(ballast);
      }
    },
  };
}

const BALLAST = Buffer.alloc(64 * 1024);

/** @returns the file that leaves no room */
function fill(bed: FaultBed): string {
  const path = join(bed.folder, 'runs', 'ballast');
  const file = openSync(path, 'w');
  try {
    for (let room = BALLAST.length; room > 0; ) {
      try {
        room = writeSync(file, BALLAST, 0, room);
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
        room = Math.floor(room / 2);
      }
    }
    return path;
  } finally {
    closeSync(file);
  }
}

/** From a moment on nothing in the run's folder can be opened for writing: the folder is mounted over itself, read-only. */
export function readOnlyAfter(ms: number): Fault {
  return {
    name: 'folder read-only',
    async strike(bed, run) {
      if (!bed.isDisk) return { times: 0, ended: null };
      const folder = bed.folderOf(run);
      const program = bed.goOn(run);
      await waitOr(ms, program);
      mount('--bind', folder, folder);
      mount('-o', 'remount,bind,ro', folder);
      try {
        const ended = await program.ended;
        assertExplained(ended, ['ENVIRONMENT_NOT_WRITABLE', 'ENVIRONMENT_READ_ONLY']);
        return { times: ended.code === 0 ? 0 : 1, ended };
      } finally {
        spawnSync('umount', ['-l', folder]);
      }
    },
  };
}

function mount(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}
