import { readFile } from '../client.ts';

/** The picture that is shown, those that come before and after it, and those just left. */
const MOST_PICTURES = 6;

const pictures = new Map<string, Promise<ImageBitmap>>();

/**
 * A picture's pixels, kept for the next steps. Its address never has other ones.
 * @throws Refused with what the server says of a file that is gone or changed
 */
export function pixelsOf(address: string): Promise<ImageBitmap> {
  const pixels = pictures.get(address) ?? readFile(address).then((file) => createImageBitmap(file));
  // The one that was asked for last is the last to go.
  pictures.delete(address);
  pictures.set(address, pixels);
  for (const [oldest] of [...pictures].slice(0, -MOST_PICTURES)) pictures.delete(oldest);
  pixels.catch(() => pictures.delete(address));
  return pixels;
}
