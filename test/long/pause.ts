/** All of test/pause.test.ts, in `npm run test:faults`. */
process.env.SELFPASTE_LONG_TESTS = '1';
await import('../pause.test.ts');
