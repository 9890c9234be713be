import type { DroppedReason, KeptReason } from '../../../pseudo/index.ts';

const WORDS: Readonly<Record<KeptReason | DroppedReason, string>> = {
  score: 'kept',
  accepted: 'kept: a person accepted it',
  'empty-mask': 'dropped: its mask is empty',
  rejected: 'dropped: a person rejected it',
  replaced: 'dropped: a person drew it anew',
  'below-threshold': 'dropped: below the threshold',
  unsure: 'dropped: unsure, so it is ignored',
  unstable: 'dropped: its mask is unstable, so it is ignored',
  'too-small': 'dropped: too small',
  duplicate: 'dropped: repeats another label',
  'too-many': 'dropped: too many in its picture',
};

export const reasonWords = (reason: KeptReason | DroppedReason): string => WORDS[reason];
