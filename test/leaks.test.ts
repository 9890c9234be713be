import { it } from 'node:test';
import { skip } from './interruption.ts';
import { checkLeaks } from './leak-check.ts';

/** The long form, of 10,000 pictures and 5 rounds, is test/long/leaks.ts. */
it('a run holds no more at its end than at its beginning, and leaves nothing behind', { skip }, (t) =>
  checkLeaks({ unlabeled: 300, rounds: 2 }, (line) => t.diagnostic(line)),
);
