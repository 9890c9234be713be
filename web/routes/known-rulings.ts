import type { ImageId } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { rulingsOf } from '../../pipeline/index.ts';
import type { Policy, Ruling, RulingsOf } from '../../pseudo/index.ts';

/** Of so many pictures rulings are kept, some hundred bytes each; of others they are made anew. */
const MOST_IMAGES = 50_000;

/**
 * What people say of predictions does not change while a threshold moves: masks are compared once, until somebody says more. A round that
 * people have gone through takes seconds the first time, and then as long as one that nobody looked at.
 */
export class KnownRulings {
  #words = '';
  #known = new Map<string, readonly Ruling[]>();

  of(db: RunDatabase, round: number): RulingsOf {
    const words = JSON.stringify([round, db.verdicts.actions(1), db.verdicts.count()]);
    if (words !== this.#words) this.#known = new Map();
    this.#words = words;
    return this.#remembering(rulingsOf(db, round), this.#known);
  }

  #remembering(rulings: RulingsOf, known: Map<string, readonly Ruling[]>): RulingsOf {
    return (image, policy) => {
      const key = keyOf(image, policy);
      const before = known.get(key);
      if (before !== undefined) return before;
      const made = rulings(image, policy);
      if (made !== null && known.size < MOST_IMAGES) known.set(key, made);
      return made;
    };
  }
}

/** All of a policy that rulings depend on. */
const keyOf = (image: ImageId, { maskNmsIou, crossCategoryIou }: Policy): string => `${image} ${maskNmsIou} ${crossCategoryIou}`;
