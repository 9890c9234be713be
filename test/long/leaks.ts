/** The long form of test/leaks.test.ts, in `npm run test:faults`. */
import { it } from 'node:test';
import { skip } from '../interruption.ts';
import { checkLeaks } from '../leak-check.ts';

it('a run of 10,000 pictures and 5 rounds holds no more at its end, and leaves nothing behind', { skip }, (t) =>
  checkLeaks({ unlabeled: 10_000, rounds: 5 }, (line) => t.diagnostic(line)),
);
