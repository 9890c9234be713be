const CELLS = 24;

/** How much of a whole is done, as a bar of 24 cells. */
export function bar(done: number, total: number): string {
  const filled = Math.round(CELLS * Math.min(1, done / Math.max(1, total)));
  return `${'█'.repeat(filled)}${'░'.repeat(CELLS - filled)}`;
}
