import { readFile } from 'node:fs/promises';
import { SelfpasteError } from '../core/index.ts';
import { fileProblem } from './file-problem.ts';

/**
 * Reads a JSON file in UTF-8, with or without byte order mark.
 * @throws SelfpasteError DATA_UNREADABLE (absent, not a file, ...), DATA_BAD_JSON (with the place)
 */
export async function readJson(path: string): Promise<unknown> {
  return parseJson(path, await readBytes(path));
}

/**
 * JSON in UTF-8, with or without byte order mark.
 * @param path what the bytes are called in messages
 * @throws SelfpasteError DATA_BAD_JSON (with the place)
 */
export function parseJson(path: string, bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw badJson(path, 'an empty file', 'write the file again: it may have been cut off');
  if (isUtf16(bytes)) throw badJson(path, 'UTF-16 text', 'save the file as UTF-8');
  const text = decodeUtf8(path, bytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badJson(path, parseFailure(text, error), parseHint(text));
  }
}

/** Reads the bytes of a label file or of a list. @throws SelfpasteError DATA_UNREADABLE */
export async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { reason, detail } = fileProblem(path, error);
    throw new SelfpasteError(
      'DATA_UNREADABLE',
      `Expected a file for ${JSON.stringify(path)}, got ${reason}: ${detail}`,
      'check the path and who may read it',
      error,
    );
  }
}

/** UTF-8 text without its byte order mark. @throws SelfpasteError DATA_BAD_JSON where the text is too long for a string (512 MiB). */
function decodeUtf8(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8').decode(bytes);
  } catch (error) {
    throw badJson(
      path,
      `${bytes.length} bytes that do not fit a string (${error instanceof Error ? error.message : error})`,
      'split the file into smaller ones',
    );
  }
}

/** A byte order mark of UTF-16, or NUL bytes where JSON has its first two characters. */
function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || first === 0 || second === 0;
}

function parseFailure(text: string, error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
  const at = /at position (\d+)/.exec(message);
  const position = at ? Number(at[1]) : /end of JSON input/.test(message) ? text.length : undefined;
  return position === undefined ? message : `${message.replace(/ at position.*/, '')} at ${placeOf(text, position)}`;
}

function placeOf(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

function parseHint(text: string): string {
  return /[[:,]\s*-?(NaN|Infinity)\b/.test(text)
    ? 'replace NaN and Infinity, which JSON does not have, by numbers'
    : 'write the file again: it may have been cut off or edited by hand';
}

const badJson = (path: string, got: string, hint: string) =>
  new SelfpasteError('DATA_BAD_JSON', `Expected JSON for ${JSON.stringify(path)}, got ${got}`, hint);
