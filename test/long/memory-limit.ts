/** All of test/memory-limit.test.ts, in `npm run test:faults`. */
process.env.SELFPASTE_LONG_TESTS = '1';
await import('../memory-limit.test.ts');
