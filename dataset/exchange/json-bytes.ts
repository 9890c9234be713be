/** JSON as bytes, entry by entry: a list may be longer than a string can be. Each entry has a line of its own. */
export function listBytes(entries: readonly unknown[]): Buffer {
  return Buffer.concat(listPieces(entries));
}

/** An object of lists. */
export function listsBytes(lists: Readonly<Record<string, readonly unknown[]>>): Buffer {
  const pieces = Object.entries(lists).flatMap(([key, entries], index) => [
    Buffer.from(`${index === 0 ? '{' : ',\n'}${JSON.stringify(key)}: `),
    ...listPieces(entries),
  ]);
  return Buffer.concat([...pieces, Buffer.from('}\n')]);
}

const ENTRIES_A_PIECE = 1000;

function listPieces(entries: readonly unknown[]): Buffer[] {
  const pieces = [Buffer.from('[')];
  for (let at = 0; at < entries.length; at += ENTRIES_A_PIECE) {
    const lines = entries.slice(at, at + ENTRIES_A_PIECE).map((entry) => JSON.stringify(entry));
    pieces.push(Buffer.from(`${at === 0 ? '\n' : ',\n'}${lines.join(',\n')}`));
  }
  return [...pieces, Buffer.from(']')];
}
