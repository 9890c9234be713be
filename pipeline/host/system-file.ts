import { readFile } from 'node:fs/promises';

/** What the kernel says in a file; null where it has no such file, as on other systems than Linux. */
export async function readSystemFile(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}

/** A file that holds one number. */
export async function readSystemNumber(path: string): Promise<number | null> {
  const text = await readSystemFile(path);
  return text === null ? null : Number(text);
}
