import { createHash } from 'node:crypto';
import { type RgbImage, SelfpasteError, type Sha256 } from '../core/index.ts';
import { decodeBytes, readBytes } from './image-file.ts';

/** A picture's file, with the hash that it had when it was imported. */
export interface ImportedFile {
  readonly path: string;
  readonly sha256: Sha256;
}

/**
 * The file that was imported, and no other that lies there now.
 * @throws SelfpasteError DATA_PICTURE_CHANGED for a file with other bytes, DATA_BAD_IMAGE
 */
export async function readImported({ path, sha256 }: ImportedFile): Promise<Buffer> {
  const bytes = await readBytes(path);
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
  throw new SelfpasteError(
    'DATA_PICTURE_CHANGED',
    `Expected the picture that was imported from ${JSON.stringify(path)}, got a file with other bytes`,
    'put the imported file back; its labels belong to that one',
  );
}

/** Decodes the picture that was imported. @throws as {@link readImported} */
export const decodeImported = async (file: ImportedFile): Promise<RgbImage> => await decodeBytes(file.path, await readImported(file));
