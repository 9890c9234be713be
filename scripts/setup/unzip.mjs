/** Just enough of the zip format to take files out of a wheel: central directory, stored or deflated entries, sizes below 4 GB. */
import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { inflateRawSync } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;

/** Writes every entry whose name matches `wanted` below `folder`. */
export function unzip(archive, folder, wanted) {
  const file = openSync(archive, 'r');
  try {
    let count = 0;
    for (const entry of entries(file)) {
      if (entry.name.endsWith('/') || !wanted.test(entry.name)) continue;
      const target = join(folder, normalize(entry.name));
      if (!target.startsWith(folder)) throw new Error(`${archive}: entry ${entry.name} leaves the folder`);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content(file, entry));
      count++;
    }
    if (count === 0) throw new Error(`${archive} holds none of the wanted files (${wanted})`);
  } finally {
    closeSync(file);
  }
}

function* entries(file) {
  const size = fstatSync(file).size;
  const tail = read(file, Math.max(0, size - 65_557), Math.min(size, 65_557));
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || tail.readUInt32LE(end) !== END_OF_DIRECTORY) throw new Error('not a zip file');
  const directory = read(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === DIRECTORY_ENTRY; ) {
    const nameLength = directory.readUInt16LE(at + 28);
    yield {
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      packed: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
    };
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
}

function content(file, { method, packed, offset, name }) {
  const header = read(file, offset, 30);
  const data = read(file, offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28), packed);
  if (method === 0) return data;
  if (method === 8) return inflateRawSync(data, { maxOutputLength: 0x7fffffff });
  throw new Error(`${name}: compression method ${method} is not supported`);
}

function read(file, position, length) {
  const buffer = Buffer.alloc(length);
  readSync(file, buffer, 0, length, position);
  return buffer;
}
