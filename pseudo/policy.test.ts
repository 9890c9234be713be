import assert from 'node:assert/strict';
import { test } from 'node:test';
import { categoryId } from '../core/index.ts';
import { defaultPolicy, storedPolicy, thresholdOf } from './policy.ts';

test('a policy that version 1 froze a round under means what it meant', () => {
  const frozen = JSON.parse(
    '{"score":0.4,"scoreByCategory":{"17":0.7},"ignoreScore":null,"maskNmsIou":0.6,"crossCategoryIou":0.8,"minAreaPx2":16,"maxPerImage":300,"weight":"one"}',
  );
  const policy = storedPolicy(frozen);
  assert.deepEqual(policy, { ...defaultPolicy, score: 0.4, scoreByCategory: { 17: 0.7 }, ignoreScore: null, weight: 'one' });
  assert.deepEqual([policy.rule, policy.confidence, policy.minMaskStability, policy.minFlipAgreement], ['fixed', 'score', null, null]);
  assert.equal(thresholdOf(policy, categoryId(17)), 0.7);
  assert.equal(thresholdOf(policy, categoryId(3)), 0.4);
});

test('a policy comes back from JSON', () => {
  const policy = { ...defaultPolicy, rule: 'target-precision', scoreByCategory: { [-5]: 2, 17: 0.25 } } as const;
  assert.deepEqual(storedPolicy(JSON.parse(JSON.stringify(policy))), policy);
});
