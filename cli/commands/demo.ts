import { existsSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { parseConfig, type ResolvedConfig } from '../../config/index.ts';
import { SelfpasteError } from '../../core/index.ts';
import { generateScenes } from '../../dataset/index.ts';
import { openDatabase, runStatus } from '../../db/index.ts';
import { labelQuality, makeRunFolder, type RunOutcome, resumeRun, runFolder } from '../../pipeline/index.ts';
import type { PseudoQuality } from '../../pseudo/index.ts';
import { demoPicture } from '../demo-picture.ts';
import { collect } from '../options.ts';
import { print } from '../print.ts';
import { conclude, launch } from './run.ts';

/** Small enough for two cores and five minutes, large enough that the second round shows what unlabeled pictures bring. */
const SCENES = { seed: 20210613, labeled: 80, validation: 80, unlabeled: 320, size: { width: 160, height: 160 } } as const;
const SETTINGS = `
name: demo
runs: runs
rounds: 1
data:
  labeled: { annotations: data/train_labeled.json, images: data/images }
  validation: { annotations: data/val.json, images: data/images }
  unlabeled: { images: data/images, list: data/unlabeled.txt }
policy: { score: 0.5 }
augment: { jitter: [0.5, 1.5], donorJitter: [0.5, 1.5] }
student: { inputSize: 160, prototypes: 16, init: teacher }
train: { steps: 500, batchSize: 8, learningRate: 0.004, warmupSteps: 50, unsupWarmupSteps: 50, emaDecay: 0.99, checkpointSteps: 100, validateSteps: 0 }
`;

interface DemoOptions {
  readonly fresh: boolean;
  readonly json: boolean;
  readonly set: readonly string[];
}

export function demoCommand(): Command {
  return new Command('demo')
    .description('The whole loop on generated scenes, in a few minutes.')
    .argument('[folder]', 'folder for its data and its run', 'runs/demo')
    .option('--fresh', 'throw an earlier demo in that folder away', false)
    .option('--set <key=value>', 'another value for a setting; may be given again', collect, [])
    .option('--json', 'events as NDJSON on stdout', false)
    .action(demo);
}

async function demo(folder: string, { fresh, json, set }: DemoOptions): Promise<void> {
  const place = resolve(folder);
  if (fresh) for (const made of ['data', 'runs', 'demo.png']) rmSync(join(place, made), { recursive: true, force: true });
  makeRunFolder(place);
  const config = parseConfig(SETTINGS, join(place, 'selfpaste.yaml'), set);
  if (set.length > 0 && existsSync(runFolder(config.runFolder).database)) throw settingsTooLate(place);
  const outcome = await runDemo(place, config, json);
  if (outcome.kind !== 'finished' || json) return;
  const picture = join(place, 'demo.png');
  await demoPicture(config, picture);
  print(await farewell(place, config, picture));
}

/** A run keeps the settings that it was started with. */
function settingsTooLate(place: string): SelfpasteError {
  return new SelfpasteError(
    'USAGE_RUN_EXISTS',
    `Expected no demo yet in ${place} for --set, got one that has its settings already`,
    'give --fresh to start over, or leave --set out to go on',
  );
}

async function runDemo(place: string, config: ResolvedConfig, json: boolean): Promise<RunOutcome> {
  const telling = { json, onEvent: [], webhook: [] };
  if (existsSync(runFolder(config.runFolder).database))
    return conclude(config.runFolder, telling, (people) =>
      resumeRun(config.runFolder, { until: { kind: 'end' }, acceptDrift: false, ...people }),
    );
  if (!json) print(`drawing ${SCENES.labeled} labeled, ${SCENES.unlabeled} unlabeled and ${SCENES.validation} validation scenes`);
  await generateScenes(join(place, 'data'), SCENES);
  return launch(config, { kind: 'end' }, telling);
}

async function farewell(place: string, config: ResolvedConfig, picture: string): Promise<string> {
  const run = relative('.', config.runFolder);
  const lines = await qualityLines(place, config);
  return [
    ...lines,
    '',
    `picture: ${picture}`,
    '',
    'look further:',
    `  selfpaste status ${run}`,
    `  selfpaste labels stats ${run}`,
    `  selfpaste labels list ${run} --order score-asc --status kept`,
    `  selfpaste labels export ${run} --out pseudo-labels.json`,
    `  selfpaste predict ${relative('.', runFolder(config.runFolder).best)} ${relative('.', join(place, 'data/images'))} --out predictions.json`,
    '(in this checkout: `node bin/selfpaste.js` for `selfpaste`)',
  ].join('\n');
}

/** The scenes know the truth of their unlabeled pictures, which nobody trains on: how good were the pseudo-labels? */
async function qualityLines(place: string, config: ResolvedConfig): Promise<string[]> {
  const truth = join(place, 'data/unlabeled_truth.json');
  const db = openDatabase(runFolder(config.runFolder).database, { mode: 'read' });
  try {
    const rounds = runStatus(db).rounds.filter(({ selection }) => selection.kept > 0);
    const qualities = await Promise.all(rounds.map(({ round }) => labelQuality(db, round.index, truth, LABEL_IOU)));
    return qualities.map((quality) => `pseudo-labels of round ${quality.round} against the hidden truth: ${qualityText(quality)}`);
  } finally {
    db.close();
  }
}

/** Least mask IoU of a pseudo-label that is right. */
const LABEL_IOU = 0.5;

function qualityText({ overall }: PseudoQuality): string {
  const share = (value: number | null) => (value === null ? '-' : value.toFixed(3));
  return `precision ${share(overall.pseudoPrecision)}, recall ${share(overall.pseudoRecall)}, mean mask IoU ${share(overall.meanMaskIou)}`;
}
