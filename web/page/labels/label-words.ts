import type { LabelTile } from '../../contract/labels.ts';

/** As decisions know it: `p12`, `d3`. */
export const fullName = (tile: LabelTile): string => (tile.of === 'prediction' ? `p${tile.id}` : tile.name);

/** What became of a label, in a word or two. */
export function outcomeText(tile: LabelTile): string {
  if (tile.of === 'drawn') return tile.verdict;
  return tile.selection.status === 'open' ? 'open' : `${tile.selection.status}: ${tile.selection.reason}`;
}

interface Finding {
  readonly kind: 'verdict' | 'change' | 'suspicion';
  readonly text: string;
}

/**
 * What else is to be known of it: what people said, what changed, what is likely wrong.
 * @param verdict what people said of it; as the server told by default
 */
export function findings(tile: LabelTile, verdict: string | null = tile.of === 'drawn' ? null : tile.verdict): readonly Finding[] {
  const said: readonly Finding[] = verdict === null ? [] : [{ kind: 'verdict', text: verdict }];
  if (tile.of === 'drawn') return said;
  const { change, suspicion } = tile;
  return [
    ...said,
    ...(suspicion === null ? [] : [{ kind: 'suspicion', text: suspicion.kind } as const]),
    ...(change === null || change.kind === 'kept' ? [] : [{ kind: 'change', text: change.kind } as const]),
  ];
}

export const count = (labels: number): string => labels.toLocaleString('en');
