import { type RunPlan, roundMs, STAGES } from '../pipeline/index.ts';
import { bytes, type Cell, duration, printable, table } from './print.ts';

type Measured = NonNullable<RunPlan['measured']>;
type RoundTime = Measured['time']['rounds'][number];

/** A plan as people read it: what there is, what comes of it, what it costs, and what is doubtful. */
export function planText(plan: RunPlan): string {
  const { folder, student, backend, warnings, measured } = plan;
  return [
    `run folder   ${folder}`,
    ...dataLines(plan),
    `student      ${(student.parameters / 1e6).toFixed(2)} M parameters; ${student.why}`,
    `backend      ${backend.version}, ${backend.threads} thread(s): ${backend.why}`,
    diskLine(plan),
    ...(measured === null ? ['time         not measured; so is memory'] : measuredLines(measured)),
    ...(measured === null ? stageLines(plan) : ['', timeTable(measured)]),
    ...(warnings.length > 0 ? ['', ...warnings.map((warning) => `warning: ${printable(warning)}`)] : []),
  ].join('\n');
}

function dataLines({ images, donors, categories, leftOut }: RunPlan): readonly string[] {
  const left = Object.entries(leftOut).map(([reason, count]) => `${count} ${reason}`);
  const { labeled, validation, unlabeled } = images;
  return [
    `data         ${labeled} labeled pictures (${donors} objects, ${categories} categories), ${validation} validation, ${unlabeled} unlabeled`,
    ...(left.length > 0 ? [`left out     ${left.join(', ')}`] : []),
  ];
}

function diskLine({ disk: { neededBytes, freeBytes, databaseBytes, modelBytes, checkpointBytes } }: RunPlan): string {
  const parts = `database ${bytes(databaseBytes)}, models ${bytes(modelBytes)}, checkpoints ${bytes(checkpointBytes)}`;
  return `disk         about ${bytes(neededBytes)} (${parts}), of ${bytes(freeBytes)} free`;
}

function measuredLines({ time, memory, speeds, durationMs }: Measured): readonly string[] {
  const { neededBytes, availableBytes, trainerBytes, labelersBytes } = memory;
  const trainer = trainerBytes === null ? 'trainer unknown' : `trainer ${bytes(trainerBytes)}`;
  const { fromMs, toMs } = time.range;
  return [
    `memory       about ${bytes(neededBytes)} (${trainer}, labelers ${bytes(labelersBytes)}), of ${bytes(availableBytes)} available`,
    `time         about ${duration(time.totalMs)} (${duration(fromMs)} to ${duration(toMs)}), if every student is promoted`,
    `measured     in ${duration(durationMs)}: ${speedText(speeds)}`,
  ];
}

function speedText({ training, given, student }: Measured['speeds']): string {
  const rate = (who: string, model: typeof given) =>
    model === null ? [] : [`the ${who} labels ${model.labeling.picturesPerSecond.toFixed(1)} pictures/s`];
  const step = training === null ? [] : [`a step takes ${training.stepMs.toFixed(0)} ms`];
  return [...step, ...rate('teacher', given), ...rate('student', student)].join(', ');
}

function stageLines({ rounds }: RunPlan): readonly string[] {
  return rounds.map(({ round, stages }) => `round ${round}      ${stages.join(' > ')}`);
}

/** One line for rounds that take the same time. */
function timeTable({ time: { rounds } }: Measured): string {
  const shown = STAGES.filter((stage) => rounds.some(({ stageMs }) => stage in stageMs));
  const rows = alike(rounds).map((group) => [
    ...[roundsText(group), ...shown.map((stage) => time(group[0].stageMs[stage]))],
    time(roundMs(group[0].stageMs)),
  ]);
  return table(['', ...shown, 'all'], rows);
}

/** Rounds in groups that follow each other. */
function alike(rounds: readonly RoundTime[]): readonly (readonly RoundTime[])[] {
  const groups: RoundTime[][] = [];
  for (const round of rounds) {
    const group = groups.at(-1);
    if (group !== undefined && JSON.stringify(group[0].stageMs) === JSON.stringify(round.stageMs)) group.push(round);
    else groups.push([round]);
  }
  return groups;
}

function roundsText(group: readonly RoundTime[]): string {
  const [first, last] = [group[0].round, group[group.length - 1].round];
  return first === last ? `round ${first}` : `rounds ${first}-${last}, each`;
}

const time = (ms: number | undefined): Cell => (ms === undefined ? '' : duration(ms));
