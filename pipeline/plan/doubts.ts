import type { ResolvedConfig } from '../../config/index.ts';
import { humanLabeled, type RunDatabase } from '../../db/index.ts';
import { validationCount } from './time-estimate.ts';

/**
 * What a run would do without complaint, and people are likely not to want. Sentences of the data and the settings, in the order in which
 * they matter.
 */
export function doubtsOf(config: ResolvedConfig, db: RunDatabase): readonly string[] {
  const trains = config.teacher.model === null || (config.rounds > 0 && config.data.unlabeled !== null);
  return [...doubtsOfData(config, db), ...(trains ? doubtsOfTraining(config) : [])];
}

/** Of so few pictures, one more right object changes the number by which students are compared. */
const FEW_VALIDATION = 10;

export function doubtsOfData({ rounds, data }: Pick<ResolvedConfig, 'rounds' | 'data'>, db: RunDatabase): readonly string[] {
  const { validation, unlabeled } = db.images.count();
  const withoutObjects = Array.from(humanLabeled(db, 'labeled')).filter(({ truths }) => truths.every(({ crowd }) => crowd)).length;
  const untaught = withoutLabels(db, 'labeled');
  const unmeasured = withoutLabels(db, 'validation');
  return told([
    [untaught.length > 0, `no labeled picture shows ${listed(untaught)}: the student learns nothing of it`],
    [unmeasured.length > 0, `no validation picture shows ${listed(unmeasured)}: what the student knows of it is not measured`],
    [validation < FEW_VALIDATION, `${validation} validation picture(s): which student is better is hardly more than chance`],
    [withoutObjects > 0, `${withoutObjects} labeled picture(s) have no objects: the student learns that they show background alone`],
    [rounds > 0 && data.unlabeled === null, `rounds is ${rounds}, but data.unlabeled is not given: the run ends after round 0`],
    [rounds === 0 && unlabeled > 0, `rounds is 0: the ${unlabeled} unlabeled picture(s) are not used`],
  ]);
}

type Settings = Pick<ResolvedConfig, 'rounds' | 'train' | 'policy' | 'teacher'>;

/** Of a run that trains. */
export function doubtsOfTraining({ rounds, train, policy, teacher }: Settings): readonly string[] {
  const { steps, warmupSteps, unsupWarmupSteps, checkpointSteps, validateSteps, patience } = train;
  const looksOnce = policy.minFlipAgreement !== null && !teacher.testTime.flip;
  const validations = Math.max(0, validationCount(train) - 1);
  return told([
    [steps <= warmupSteps, `train.steps is ${steps}, train.warmupSteps ${warmupSteps}: the learning rate never reaches its peak`],
    [
      rounds > 0 && steps <= unsupWarmupSteps,
      `train.steps is ${steps}, train.unsupWarmupSteps ${unsupWarmupSteps}: pseudo-labels never reach their whole weight`,
    ],
    [validateSteps > steps, `train.validateSteps is ${validateSteps}, more than train.steps: students are measured at the end only`],
    [
      patience !== null && validations <= patience,
      `train.patience is ${patience}, but a round measures its student ${validations} time(s) before its end: no training ends early`,
    ],
    [checkpointSteps >= steps, `train.checkpointSteps is ${checkpointSteps}: an interruption costs the whole training of a round`],
    [looksOnce, 'policy.minFlipAgreement needs teacher.testTime.flip: without it every mask passes'],
  ]);
}

/** Those sentences that hold. */
const told = (doubts: readonly (readonly [holds: boolean, text: string])[]): readonly string[] =>
  doubts.flatMap(([holds, text]) => (holds ? [text] : []));

function withoutLabels(db: RunDatabase, subset: 'labeled' | 'validation'): readonly string[] {
  const counts = db.groundTruths.countByCategory(subset);
  return db.categories.all().flatMap(({ id, name }) => (counts.has(id) ? [] : [name]));
}

const MOST_LISTED = 8;

const listed = (names: readonly string[]): string =>
  `${names.slice(0, MOST_LISTED).join(', ')}${names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : ''}`;
