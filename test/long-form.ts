import process from 'node:process';

/** Why a test of minutes is left out of `npm test`; false in the long form. @param word that names it there */
export const unlessLong = (word: string): string | false =>
  process.env.SELFPASTE_LONG_TESTS === '1' ? false : `in the long form: npm run test:faults -- ${word}`;
