import type { ResolvedConfig } from '../config/index.ts';
import { type CategoryId, expectation, SelfpasteError } from '../core/index.ts';
import type { RunDatabase } from '../db/index.ts';
import type { Policy } from '../pseudo/index.ts';

/** The configured policy in the data set's category ids. Throws CONFIG_UNKNOWN_CATEGORY. */
export function policyOf({ policy }: ResolvedConfig, db: RunDatabase): Policy {
  const categories = db.categories.all();
  const ids = new Map(categories.map(({ id, name }) => [name, id]));
  const scoreByCategory: Record<CategoryId, number> = {};
  for (const [name, score] of Object.entries(policy.scoreByCategory)) {
    const id = ids.get(name);
    if (id === undefined) {
      const message = expectation('policy.scoreByCategory', `names of categories (${[...ids.keys()].slice(0, 8).join(', ')})`, name);
      throw new SelfpasteError('CONFIG_UNKNOWN_CATEGORY', message, 'write the name as the labeled set has it');
    }
    scoreByCategory[id] = score;
  }
  return { ...policy, scoreByCategory };
}
