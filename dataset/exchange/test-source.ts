import type { ExchangeFile, ExchangeSource } from './exchange.ts';

/** Files in memory, as a folder or, where it is one, as a file. */
export function sourceOf(files: readonly ExchangeFile[]): ExchangeSource {
  const byPath = new Map(files.map(({ path, bytes }) => [path, bytes]));
  return {
    name: 'a folder',
    paths: [...byPath.keys()],
    async read(path) {
      const bytes = byPath.get(path);
      if (bytes === undefined) throw new Error(`no file ${path}`);
      return bytes;
    },
  };
}

/** One file of text. */
export const fileOf = (path: string, text: string | object): ExchangeSource =>
  sourceOf([{ path, bytes: Buffer.from(typeof text === 'string' ? text : JSON.stringify(text)) }]);
