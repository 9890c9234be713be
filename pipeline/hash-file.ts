import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { type Sha256, sha256 } from '../core/index.ts';

/** SHA-256 of a file, piece by piece: nothing blocks, whatever its size. */
export async function hashFile(path: string): Promise<Sha256> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return sha256(hash.digest('hex'));
}

/** Whether a file is there and is the one of this hash. */
export async function isWhole(path: string, expected: Sha256): Promise<boolean> {
  return existsSync(path) && (await hashFile(path)) === expected;
}
