import type { ResolvedConfig } from '../config/index.ts';
import type { RunStatus } from '../db/index.ts';
import {
  type CurrentState,
  type MeasuredClasses,
  type MeasuredRound,
  type MeasuredStatus,
  runState,
  studentValidation,
} from '../pipeline/index.ts';
import { duration, printable, table } from './print.ts';
import { stateText } from './state-text.ts';

/** A run at a glance, for people. */
export function statusText(status: MeasuredStatus, state: CurrentState = runState(status, null, Date.now())): string {
  const { run, images, donors, rounds } = status;
  if (run === undefined) return 'This run ended before anything was written.';
  const head = [
    `run ${printable(run.name)}: ${stateText(state, Date.now())}`,
    `pictures: ${images.labeled} labeled (${donors} objects), ${images.validation} validation, ${images.unlabeled} unlabeled${quarantineText(status)}`,
  ];
  const { metric } = (run.config as ResolvedConfig).promote;
  const schedules = rounds.filter(({ validations }) => validations.length > 1).map((round) => scheduleText(round, metric));
  return [...head, '', roundTable(status), ...(schedules.length > 0 ? ['', ...schedules] : [])].join('\n');
}

function quarantineText({ quarantined }: RunStatus): string {
  const reasons = Object.entries(quarantined).map(([reason, count]) => `${count} ${reason}`);
  return reasons.length === 0 ? '' : `; left out: ${reasons.join(', ')}`;
}

type Metric = ResolvedConfig['promote']['metric'];

/** `round 1 maskAp by step: 500 0.301, 1000 0.350 (student), 1500 0.342` */
function scheduleText(round: MeasuredRound, metric: Metric): string {
  const student = studentValidation(round);
  const points = round.validations.map((validation) => {
    const value = validation.metrics[metric];
    return `${validation.step} ${value == null ? '-' : value.toFixed(3)}${validation === student ? ' (student)' : ''}`;
  });
  return `round ${round.round.index} ${metric} by step: ${points.join(', ')}`;
}

function roundTable({ rounds, stageTimes }: MeasuredStatus): string {
  const timeOf = (round: number, stages: readonly string[]) => {
    const spent = stageTimes.filter((time) => time.round === round && stages.includes(time.stage));
    return spent.length === 0 ? '-' : duration(spent.reduce((sum, { durationMs }) => sum + durationMs, 0));
  };
  const rows = rounds.map((status) => {
    const { round, labeling, selection } = status;
    const student = studentValidation(status);
    return [
      round.index,
      student?.metrics.maskAp,
      student?.metrics.maskAp50,
      student?.metrics.boxAp,
      student?.step,
      labeling.done,
      selection.kept,
      timeOf(round.index, ['label', 'select']),
      timeOf(round.index, ['train']),
      timeOf(round.index, ['evaluate']),
      round.outcome.state === 'open' ? '' : round.outcome.promoted ? 'yes' : 'no',
    ];
  });
  return table(
    ['round', 'mask AP', 'AP50', 'box AP', 'at step', 'labeled', 'pseudo-labels', 'label', 'train', 'evaluate', 'promoted'],
    rows,
  );
}

/** AP by class of the last round that has any; `-` where there is no object to find. */
export function classesText(measured: MeasuredClasses | null): string {
  if (measured === null) return 'AP by class: not known, as no student was measured yet, or by a version that did not keep it.';
  const { round, step, classes } = measured;
  const rows = classes.map(({ name, truths, maskAp, maskAp50, boxAp }) => [name, truths, maskAp, maskAp50, boxAp]);
  return `AP by class of round ${round}, step ${step}:\n${table(['class', 'objects', 'mask AP', 'AP50', 'box AP'], rows)}`;
}
