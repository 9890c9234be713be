/** All of test/validation.test.ts, in `npm run test:faults`. */
process.env.SELFPASTE_LONG_TESTS = '1';
await import('../validation.test.ts');
