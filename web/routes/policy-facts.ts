import { describeSettings, type ResolvedConfig } from '../../config/index.ts';
import { labelStats, type RunDatabase } from '../../db/index.ts';
import { thresholdOf } from '../../pseudo/index.ts';
import type { PolicyClass, PolicyFacts, PolicySetting } from '../contract/policy.ts';
import { labeledRounds } from './labeled-rounds.ts';
import type { ThresholdQuestion } from './threshold-question.ts';

/** What stands around the sliders: sums that the database keeps, so that it takes milliseconds. */
export function policyFacts(db: RunDatabase, { round, config, base }: ThresholdQuestion): PolicyFacts {
  const stats = new Map(labelStats(db, round).categories.map((one) => [one.category, one]));
  const classes = db.categories.all().map(({ id, name, classIndex }): PolicyClass => {
    const { predictions = 0, histogram = [] } = stats.get(id) ?? {};
    const why = base.thresholds.get(id)?.why ?? 'fixed';
    return { category: id, name, classIndex, threshold: thresholdOf(base.policy, id), why, predictions, histogram };
  });
  return { round, rounds: labeledRounds(db), classes, rule: base.policy.rule, settings: settingsOf(config) };
}

/** Those that sliders show are left out. */
const SHOWN: ReadonlySet<string> = new Set(['policy.scoreByCategory', 'policy.score']);

function settingsOf(config: ResolvedConfig): readonly PolicySetting[] {
  const values = new Map<string, unknown>(Object.entries(config.policy).map(([name, value]) => [`policy.${name}`, value]));
  return describeSettings()
    .filter(({ key }) => values.has(key) && !SHOWN.has(key))
    .map(({ key, description }) => ({ key, value: values.get(key) as PolicySetting['value'], idle: idleness(key, config), description }));
}

/** Why a setting says nothing beside the others. */
function idleness(key: string, { policy, teacher }: ResolvedConfig): string | null {
  switch (key) {
    case 'policy.density':
      return policy.rule === 'top-share' ? null : `the rule is ${policy.rule}`;
    case 'policy.precision':
      return policy.rule === 'target-precision' ? null : `the rule is ${policy.rule}`;
    case 'policy.ignoreScore':
    case 'policy.minMaskStability':
      return policy[key.slice('policy.'.length) as 'ignoreScore' | 'minMaskStability'] === null ? 'off' : null;
    case 'policy.minFlipAgreement':
      if (policy.minFlipAgreement === null) return 'off';
      return teacher.testTime.flip ? null : 'the teacher does not look at the mirror image';
    default:
      return null;
  }
}
