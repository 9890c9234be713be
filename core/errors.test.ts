import assert from 'node:assert/strict';
import { test } from 'node:test';
import { badValue, type ErrorCode, ExitCode, errorFacts, errorFromFacts, expectation, SelfpasteError } from './index.ts';

test('a bad value is named with what was expected, what came and its type', () => {
  assert.equal(expectation('student.steps', 'an integer', 2.5), 'Expected an integer for student.steps, got 2.5 (number)');
  assert.equal(expectation('name', 'a number', 'seven'), 'Expected a number for name, got "seven" (string)');
  assert.equal(expectation('name', 'a number', null), 'Expected a number for name, got null (null)');
  assert.equal(expectation('name', 'a number', [1]), 'Expected a number for name, got [1] (array)');
  assert.equal(expectation('name', 'a number', undefined), 'Expected a number for name, got undefined (undefined)');
  assert.ok(expectation('name', 'a number', 'x'.repeat(10_000)).length < 150);
});

test('the code decides the exit code', () => {
  const exits: readonly [ErrorCode, ExitCode][] = [
    ['BAD_VALUE', ExitCode.bug],
    ['USAGE_UNKNOWN_COMMAND', ExitCode.usage],
    ['CONFIG_BAD', ExitCode.usage],
    ['DATA_BAD_RLE', ExitCode.usage],
    ['MODEL_BAD', ExitCode.usage],
    ['ENVIRONMENT_NO_DISK', ExitCode.environment],
    ['GUARD_DIVERGED', ExitCode.guard],
    ['INTERRUPTED', ExitCode.interrupted],
  ];
  for (const [code, exit] of exits) assert.equal(new SelfpasteError(code, 'message', 'hint').exitCode, exit, code);
});

test('an error survives the way to another process', () => {
  const error = new SelfpasteError('DATA_BAD_RLE', 'message', 'check it');
  const revived = errorFromFacts(JSON.parse(JSON.stringify(errorFacts(error))));
  assert.ok(revived instanceof SelfpasteError);
  assert.deepEqual([revived.code, revived.message, revived.hint, revived.exitCode], ['DATA_BAD_RLE', 'message', 'check it', 2]);

  const bug = new TypeError('x is not a function');
  const copy = errorFromFacts(errorFacts(bug));
  assert.equal(copy.message, bug.message);
  assert.equal(copy.stack, bug.stack);
  assert.equal(errorFacts('thrown text').message, 'thrown text');
});

test('a cause is kept', () => {
  const cause = new Error('disk');
  assert.equal(new SelfpasteError('ENVIRONMENT_DISK', 'message', 'free space', cause).cause, cause);
  assert.equal(badValue('size', 'a size', 3).code, 'BAD_VALUE');
});
