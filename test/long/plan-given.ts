/** All of test/plan-given.test.ts, in `npm run test:faults`. */
process.env.SELFPASTE_LONG_TESTS = '1';
await import('../plan-given.test.ts');
