import type { Decision } from '../../contract/verdicts.ts';
import { categoryName } from './categories.ts';

/** What a decision does, for people: `p12 accepted`. */
export function decisionText(decision: Decision): string {
  switch (decision.kind) {
    case 'accept':
      return `${aboutText(decision)} accepted`;
    case 'reject':
      return `${aboutText(decision)} rejected`;
    case 'relabel':
      return `${aboutText(decision)} changed to ${categoryName(decision.category)}`;
    case 'redraw':
      return `${decision.id} redrawn`;
    case 'draw':
      return `${categoryName(decision.category)} drawn`;
    case 'reject-image':
      return `all labels of picture i${decision.image} rejected`;
  }
}

function aboutText(about: Extract<Decision, { kind: 'accept' | 'reject' | 'relabel' }>): string {
  const [first, ...more] = 'ids' in about ? about.ids : [];
  return first !== undefined && more.length === 0 ? first : labelCount('ids' in about ? about.ids.length : about.count);
}

/** Why nobody accepts what a person drew. */
export const ACCEPT_IS_FOR_PREDICTIONS = 'What people drew is kept without being accepted: that is for predictions.';

export const labelCount = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'label' : 'labels'}`;
