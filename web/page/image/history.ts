import { effect, untracked } from '@preact/signals';
import type { LabelHistory } from '../../contract/image.ts';
import { Source } from '../loading.tsx';
import { answer } from './answers.ts';
import { focusedName, picture } from './picture.ts';

/** What is known of the label that is looked at, beside its picture; null for what no model said. */
export const historySource = new Source<LabelHistory | null>();

export const loadHistory = async (name: string | null): Promise<LabelHistory | null> =>
  name !== null && /^p\d+$/.test(name) ? await answer(`/api/labels/${name}/history`) : null;

/** Keeps it in step with the label, and with its picture, that is loaded again where somebody decides. @returns what ends it */
export const followLabel = (): (() => void) =>
  effect(() => {
    const name = focusedName.value;
    picture.value;
    untracked(() => void historySource.ask(() => loadHistory(name)));
  });
