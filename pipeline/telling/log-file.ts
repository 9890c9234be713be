import { appendFileSync, closeSync, fstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { makeFolders } from '../../dataset/index.ts';

/** How large a log grows before it is put aside, and how many files of it there are in all. */
export interface LogRoom {
  readonly bytes: number;
  readonly files: number;
}

const NEWLINE = 0x0a;

/**
 * Lines that are on their way to the disk when `add` returns: what the process wrote before it was killed is there.
 * A file that is full becomes `name.1`, that one `name.2`, and so on; the last one goes.
 */
export class LogFile {
  readonly #path: string;
  readonly #room: LogRoom;
  /** Null before the file was looked at, and after a write that failed: it may have ended in the middle of a line. */
  #bytes: number | null = null;

  constructor(path: string, room: LogRoom) {
    this.#path = path;
    this.#room = room;
  }

  /** Throws what the file system refuses. */
  add(line: string): void {
    const data = Buffer.from(`${line}\n`);
    const bytes = this.#bytes ?? this.#begin();
    this.#bytes = null;
    const full = bytes > 0 && bytes + data.length > this.#room.bytes;
    if (full) this.#putAside();
    appendFileSync(this.#path, data);
    this.#bytes = (full ? 0 : bytes) + data.length;
  }

  /** Ends a line that another process, or a full disk, left unfinished. @returns the file's size */
  #begin(): number {
    makeFolders(dirname(this.#path));
    const file = openSync(this.#path, 'a+');
    try {
      const { size } = fstatSync(file);
      const last = Buffer.alloc(1, NEWLINE);
      if (size > 0) readSync(file, last, 0, 1, size - 1);
      if (last[0] === NEWLINE) return size;
      appendFileSync(file, '\n');
      return size + 1;
    } finally {
      closeSync(file);
    }
  }

  #putAside(): void {
    const { dir, name, ext } = parse(this.#path);
    const files = Array.from({ length: this.#room.files }, (_, age) => join(dir, age === 0 ? `${name}${ext}` : `${name}.${age}${ext}`));
    for (let age = files.length - 1; age > 0; age--) rename(files[age - 1] as string, files[age] as string);
    if (files.length === 1) rmSync(this.#path, { force: true });
  }
}

function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
