import type { RoundStatus, RunStatus } from '../db/index.ts';
import { duration, table } from './print.ts';

/** A run at a glance, for people. */
export function statusText(status: RunStatus): string {
  const { run, images, donors, rounds } = status;
  if (run === undefined) return 'This run ended before anything was written.';
  const latest = rounds.at(-1);
  const head = [
    `run ${run.name}: ${latest ? stateText(latest) : 'not begun'}`,
    `pictures: ${images.labeled} labeled (${donors} objects), ${images.validation} validation, ${images.unlabeled} unlabeled${quarantineText(status)}`,
  ];
  return [...head, '', roundTable(status)].join('\n');
}

function stateText({ round, checkpointStep }: RoundStatus): string {
  if (round.stage === 'finished') return 'finished';
  return `round ${round.index}, ${round.stage}${round.stage === 'train' && checkpointStep !== null ? ` (checkpoint at step ${checkpointStep})` : ''}`;
}

function quarantineText({ quarantined }: RunStatus): string {
  const reasons = Object.entries(quarantined).map(([reason, count]) => `${count} ${reason}`);
  return reasons.length === 0 ? '' : `; left out: ${reasons.join(', ')}`;
}

function roundTable({ rounds, stageTimes }: RunStatus): string {
  const timeOf = (round: number, stages: readonly string[]) => {
    const spent = stageTimes.filter((time) => time.round === round && stages.includes(time.stage));
    return spent.length === 0 ? '-' : duration(spent.reduce((sum, { durationMs }) => sum + durationMs, 0));
  };
  const rows = rounds.map(({ round, labeling, selection, metrics }) => [
    round.index,
    metrics.maskAp,
    metrics.maskAp50,
    metrics.boxAp,
    labeling.done,
    selection.kept,
    timeOf(round.index, ['label', 'select']),
    timeOf(round.index, ['train']),
    timeOf(round.index, ['evaluate']),
    round.outcome.state === 'open' ? '' : round.outcome.promoted ? 'yes' : 'no',
  ]);
  return table(['round', 'mask AP', 'AP50', 'box AP', 'labeled', 'pseudo-labels', 'label', 'train', 'evaluate', 'promoted'], rows);
}
