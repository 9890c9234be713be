import type { ChangeKind } from '../../../core/index.ts';

/** What became of a label, for people. */
export const KIND_WORDS: Readonly<Record<ChangeKind, string>> = {
  born: 'a label only in the later round',
  kept: 'the same class, nearly the same size',
  reclassified: 'another class',
  grew: 'the mask grew by more than a quarter',
  shrank: 'the mask shrank by more than a fifth',
  died: 'a label only in the earlier round',
};
