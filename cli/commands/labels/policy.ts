import { Command } from 'commander';
import type { CategoryId } from '../../../core/index.ts';
import type { RunDatabase } from '../../../db/index.ts';
import { comparePolicies, type PolicyComparison, runConfigOf } from '../../../pipeline/index.ts';
import { type ExpectedQuality, type ShareInterval, thresholdOf } from '../../../pseudo/index.ts';
import { findRun } from '../../find-run.ts';
import { collect, wholeNumber } from '../../options.ts';
import { type Cell, print, printJson, table } from '../../print.ts';
import { RUN_HELP, roundOf, withRun } from './open-run.ts';

interface PolicyOptions {
  readonly set: readonly string[];
  readonly round?: number;
  readonly json: boolean;
}

export function policyCommand(): Command {
  return new Command('policy')
    .description('What another policy would keep of what the teacher said, without asking it again. Nothing is written.')
    .argument('[run]', RUN_HELP)
    .option('--set <key=value>', 'another value for a setting of the policy, as policy.score=0.6; may be given again', collect, [])
    .option('--round <n>', 'round; the last one with labels by default', wholeNumber(0))
    .option('--json', 'as JSON', false)
    .action((run: string | undefined, { set, round, json }: PolicyOptions) =>
      withRun(run, 'read', (db) => {
        const folder = findRun(run);
        const present = runConfigOf(db, folder);
        const comparison = comparePolicies(db, roundOf(db, round), present, runConfigOf(db, folder, set));
        if (json) printJson(plain(comparison));
        else print(comparisonText(db, comparison));
      }),
    );
}

/** Maps as objects. */
function plain({ next, preview, expected, ...facts }: PolicyComparison): unknown {
  const qualities = ({ overall, byCategory }: NonNullable<PolicyComparison['expected']>['next']) => ({
    overall,
    byCategory: Object.fromEntries(byCategory),
  });
  return {
    ...facts,
    next: { policy: next.policy, thresholds: Object.fromEntries(next.thresholds) },
    preview: { ...preview, byCategory: Object.fromEntries(preview.byCategory), byReason: Object.fromEntries(preview.byReason) },
    expected: expected && { present: qualities(expected.present), next: qualities(expected.next) },
  };
}

function comparisonText(db: RunDatabase, comparison: PolicyComparison): string {
  const { round, preview, next, expected } = comparison;
  const reasons = [...preview.byReason].map(([reason, counts]) => [reason, counts.present, counts.next]);
  const learned = next.policy.rule === 'target-precision' ? ', a little too good: these pictures taught the thresholds' : '';
  return [
    `round ${round}: ${preview.predictions} predictions on ${preview.images} pictures`,
    '',
    table(
      ['class', 'threshold', 'then', 'why', 'kept', 'then', 'gained', 'lost', ...(expected ? EXPECTED_HEADERS : [])],
      [...db.categories.all().map(({ id, name }) => categoryRow(comparison, id, name)), overallRow(comparison)],
    ),
    ...(expected
      ? [`expected of the policy then, by the teacher on validation pictures, with 95 % intervals${learned}`]
      : [NO_CALIBRATION]),
    '',
    table(['reason', 'predictions', 'then'], reasons),
  ].join('\n');
}

const EXPECTED_HEADERS = ['precision', 'recall'] as const;
const NO_CALIBRATION = 'nothing is expected: this run did not keep what its teacher says of validation pictures';

function categoryRow({ present, next, preview, expected }: PolicyComparison, id: CategoryId, name: string): Cell[] {
  const counts = preview.byCategory.get(id) ?? { present: 0, next: 0, gained: 0, lost: 0 };
  return [
    name,
    reachable(thresholdOf(present, id)),
    reachable(thresholdOf(next.policy, id)),
    next.thresholds.get(id)?.why,
    ...[counts.present, counts.next, counts.gained, counts.lost],
    ...(expected ? expectedCells(expected.next.byCategory.get(id)) : []),
  ];
}

/** A threshold above 1 keeps nothing. */
const reachable = (threshold: number): number | null => (threshold > 1 ? null : threshold);

function overallRow({ preview: { overall }, expected }: PolicyComparison): Cell[] {
  const { present, next, gained, lost } = overall;
  return ['all', null, null, null, present, next, gained, lost, ...(expected ? expectedCells(expected.next.overall) : [])];
}

const expectedCells = (quality: ExpectedQuality | undefined): Cell[] => [
  shareText(quality?.pseudoPrecision),
  shareText(quality?.pseudoRecall),
];

const shareText = (interval: ShareInterval | null | undefined): string =>
  interval ? `${interval.share.toFixed(3)} (${interval.from.toFixed(3)} to ${interval.to.toFixed(3)})` : '-';
