/** All of test/fork-data.test.ts, in `npm run test:faults`. */
process.env.SELFPASTE_LONG_TESTS = '1';
await import('../fork-data.test.ts');
