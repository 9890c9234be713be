/** All of test/plan.test.ts, in `npm run test:faults`. */
process.env.SELFPASTE_LONG_TESTS = '1';
await import('../plan.test.ts');
