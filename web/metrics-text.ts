import type { ResolvedConfig } from '../config/index.ts';
import { type CurrentState, type RunReport, STAGES, studentValidation } from '../pipeline/index.ts';

/** Labels of a sample, and its value. */
type Sample = readonly [labels: Readonly<Record<string, string | number>>, value: number];

interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** A run as Prometheus reads it: text format 0.0.4. A number that is not known is not there. */
export function metricsText(report: RunReport): string {
  const families = [...runFamilies(report), ...labelFamilies(report), ...trainingFamilies(report)];
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(familyText)
    .join('');
}

const STATES: readonly CurrentState['kind'][] = ['running', 'paused', 'waiting', 'interrupted', 'finished'];

function runFamilies({ run, state, rounds, stageTimes, owner }: RunReport): readonly Family[] {
  const at = state.kind === 'finished' ? null : state.stage;
  const info: readonly Sample[] = run === undefined ? [] : [[{ run: run.name, seed: run.seed, version: run.programVersion }, 1]];
  const beat: readonly Sample[] = owner === null || owner.state === 'dead' ? [] : [[{}, owner.beatAgeMs / 1000]];
  return [
    gauge('run_info', 'What the run is; always 1.', info),
    gauge('round', 'The round under way, or the last one; 0 is the supervised baseline.', optional(rounds.at(-1)?.round.index)),
    gauge('stage', 'Whether this is the current stage.', oneOf('stage', STAGES, at)),
    gauge('state', 'Whether this is what becomes of the run.', oneOf('state', STATES, state.kind)),
    {
      name: 'stage_seconds_total',
      type: 'counter',
      help: 'Time spent in a stage over all rounds, without the stretch under way.',
      samples: secondsByStage(stageTimes),
    },
    gauge('owner_beat_age_seconds', "Time since the owning process's last sign of life.", beat),
  ];
}

function labelFamilies({ images, quarantined, rounds }: RunReport): readonly Family[] {
  const labels = rounds.flatMap(({ round: { index }, selection: { kept, dropped } }): readonly Sample[] => [
    [{ round: index, status: 'kept' }, kept],
    [{ round: index, status: 'dropped' }, dropped],
  ]);
  return [
    gauge('images', 'Pictures of the data set.', byKey('subset', images)),
    gauge('quarantined', 'Files that were left out.', byKey('reason', quarantined)),
    gauge(
      'labeled_images',
      'Pictures that the teacher labeled in a round.',
      rounds.map(({ round, labeling }): Sample => [{ round: round.index }, labeling.done]),
    ),
    gauge('labels', 'Predictions that were kept as pseudo-labels, or dropped.', labels),
  ];
}

function trainingFamilies({ run, rounds }: RunReport): readonly Family[] {
  if (run === undefined) return [];
  const { train } = run.config as ResolvedConfig;
  const last = rounds.findLast(({ trainedSteps }) => trainedSteps !== null);
  const losses = Object.entries(last?.metrics ?? {}).flatMap(([name, value]): readonly Sample[] => {
    const part = /^(?:loss|(\w+)Loss)$/.exec(name);
    return part === null || value === null ? [] : [[{ part: part[1] ?? 'total' }, value]];
  });
  const metrics = rounds.flatMap((status) =>
    byKey('metric', studentValidation(status)?.metrics ?? {}).map(
      ([labels, value]): Sample => [{ round: status.round.index, ...labels }, value],
    ),
  );
  return [
    gauge('train_step', 'Steps that the newest student was trained.', optional(last?.trainedSteps)),
    gauge('train_steps', 'Steps of a training.', [[{}, train.steps]]),
    gauge('loss', "The newest student's loss, and its parts.", losses),
    gauge('metric', 'COCO numbers of the best student of a round on the validation set.', metrics),
  ];
}

const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({ name, type: 'gauge', help, samples });

const optional = (value: number | null | undefined): readonly Sample[] => (value == null ? [] : [[{}, value]]);

const oneOf = (label: string, all: readonly string[], current: string | null): readonly Sample[] =>
  all.map((each) => [{ [label]: each }, each === current ? 1 : 0]);

const byKey = (label: string, values: Readonly<Record<string, number | null>>): readonly Sample[] =>
  Object.entries(values).flatMap(([key, value]): readonly Sample[] => (value === null ? [] : [[{ [label]: key }, value]]));

function secondsByStage(times: RunReport['stageTimes']): readonly Sample[] {
  const sums = new Map<string, number>();
  for (const { stage, durationMs } of times) sums.set(stage, (sums.get(stage) ?? 0) + durationMs / 1000);
  return Array.from(sums, ([stage, seconds]) => [{ stage }, seconds]);
}

function familyText({ name, type, help, samples }: Family): string {
  const full = `selfpaste_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labelsText(labels)} ${value}`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('\n')}\n`;
}

function labelsText(labels: Sample[0]): string {
  const texts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`);
  return texts.length === 0 ? '' : `{${texts.join(',')}}`;
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
