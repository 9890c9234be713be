import type { LabelTile } from '../../contract/labels.ts';

/** What became of a label, in a word or two. */
export function outcomeText(tile: LabelTile): string {
  if (tile.of === 'drawn') return tile.verdict;
  return tile.selection.status === 'open' ? 'open' : `${tile.selection.status}: ${tile.selection.reason}`;
}

/** What else is to be known of it: what people said, what changed, what is likely wrong. */
export function findings(tile: LabelTile): readonly { readonly kind: 'verdict' | 'change' | 'suspicion'; readonly text: string }[] {
  if (tile.of === 'drawn') return [];
  const { verdict, change, suspicion } = tile;
  return [
    ...(verdict === null ? [] : [{ kind: 'verdict', text: verdict } as const]),
    ...(suspicion === null ? [] : [{ kind: 'suspicion', text: suspicion.kind } as const]),
    ...(change === null || change.kind === 'kept' ? [] : [{ kind: 'change', text: change.kind } as const]),
  ];
}

export const count = (labels: number): string => labels.toLocaleString('en');
