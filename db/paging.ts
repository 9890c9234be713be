/**
 * Rows one by one, read page by page. No statement stays open between two rows: the caller may write, wait or stop,
 * and the write-ahead log can always be checkpointed.
 * @param page reads the rows that follow `after` in an order that does not change; none is the end
 */
export function* inPages<Item>(page: (after: Item | undefined) => readonly Item[]): Generator<Item> {
  for (let rows = page(undefined); rows.length > 0; rows = page(rows.at(-1))) yield* rows;
}
