import assert from 'node:assert/strict';
import { it } from 'node:test';
import { defaultPolicy } from '../pseudo/index.ts';
import { policyOf } from './policy.ts';
import { configWith, withDatabase } from './test-data.ts';

it('policyOf names categories by their ids in the data set', () =>
  withDatabase((db) => {
    const policy = policyOf(configWith({ policy: { score: 0.4, scoreByCategory: { dog: 0.7 } } }), db);
    assert.deepEqual(policy.scoreByCategory, { 17: 0.7 });
    assert.equal(policy.score, 0.4);
    assert.equal(policy.maskNmsIou, 0.6);
  }));

it('policyOf is the policy that is its default, and nothing may be ignored at all', () =>
  withDatabase((db) => {
    assert.deepEqual(policyOf(configWith({}), db), defaultPolicy);
    assert.equal(policyOf(configWith({ policy: { ignoreScore: null } }), db).ignoreScore, null);
  }));

it('policyOf refuses a category that the data set does not have, and names those that it has', () =>
  withDatabase((db) => {
    assert.throws(() => policyOf(configWith({ policy: { scoreByCategory: { Dog: 0.7 } } }), db), {
      code: 'CONFIG_UNKNOWN_CATEGORY',
      message: 'Expected names of categories (cat, dog) for policy.scoreByCategory, got "Dog" (string)',
      hint: 'write the name as the labeled set has it',
    });
  }));
