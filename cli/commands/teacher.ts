import process from 'node:process';
import { Command } from 'commander';
import { ExitCode } from '../../core/index.ts';
import { type ClassMatching, probeModel, type TeacherSettings } from '../../teacher/index.ts';
import { collect, numberBetween, readConfig, wholeNumber } from '../options.ts';
import { print, printJson } from '../print.ts';
import { type ClassQuestion, compareClasses } from '../probe/classes.ts';
import { type ProbeReport, probePage } from '../probe/page.ts';
import { tryPictures } from '../probe/trials.ts';

export function teacherCommand(): Command {
  return new Command('teacher')
    .description('Look at a teacher model.')
    .addCommand(
      new Command('probe')
        .description('Say which contract a model follows and why, how its classes fit a data set, and what it sees in pictures.')
        .argument('<model>', 'ONNX model')
        .argument('[images...]', 'pictures to try it on')
        .option('--data <file>', 'COCO file whose categories are put beside the classes')
        .option('-c, --config <file>', 'configuration (YAML): its labeled data, and its class map and settings of the teacher')
        .option('--set <key=value>', 'a setting of the configuration, with -c; may be repeated', collect, [])
        .option('--score <score>', 'lowest score', numberBetween(0, 1), 0.25)
        .option('--threads <n>', "threads of the inference (default: the configuration's, or 2)", wholeNumber(1))
        .option('--draw <folder>', 'write the pictures with what it sees, and a sheet of them; dropped classes in brackets')
        .option('--json', 'as JSON', false)
        .action(probe),
    );
}

interface ProbeOptions {
  readonly data?: string;
  readonly config?: string;
  readonly set: readonly string[];
  readonly score: number;
  readonly threads?: number;
  readonly draw?: string;
  readonly json: boolean;
}

/** A model that a run would refuse, for its contract or its classes, is a finding; it is not run, and the exit code says so. */
async function probe(path: string, images: readonly string[], options: ProbeOptions): Promise<void> {
  const { question, settings } = intentions(options);
  const model = await probeModel(path);
  const { verdict } = model;
  const classes = verdict.status === 'recognized' ? await compareClasses(verdict.reading.contract, question) : null;
  const usable = classes !== null && classes.status !== 'refused';
  const trials = usable && images.length > 0 ? await tryPictures(path, images, settings, classes, options.draw ?? null) : null;
  if (!usable) process.exitCode = ExitCode.usage;
  const report: ProbeReport = { model, classes, trials };
  if (options.json) printJson(report);
  else print(probePage(report));
}

/** What a probe does without a configuration; with one, these keys of its `teacher` count. */
const DEFAULTS = {
  match: 'name',
  classes: {},
  nmsIou: 0.7,
  maxDetections: 300,
  providers: ['cpu'],
  threads: 2,
} as const satisfies ClassMatching & Omit<TeacherSettings, 'floor'>;

interface Intentions {
  readonly question: ClassQuestion | null;
  readonly settings: TeacherSettings;
}

/** What the options ask for, and the configuration where they are silent. */
function intentions({ data, config, set, score, threads }: ProbeOptions): Intentions {
  const run = config === undefined ? null : readConfig({ config, set });
  const file = data ?? run?.data.labeled.annotations;
  const { match, classes, nmsIou, maxDetections, providers, threads: usual } = run?.teacher ?? DEFAULTS;
  return {
    question: file === undefined ? null : { data: file, matching: { match, classes } },
    // A run measures how many threads are best where its configuration says 0.
    settings: { floor: score, nmsIou, maxDetections, providers, threads: threads ?? (usual || DEFAULTS.threads) },
  };
}
