import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { restoreConfig } from '../config/index.ts';
import { errorFacts, SelfpasteError } from '../core/index.ts';
import {
  type AddedPictures,
  addedPictures,
  type ChangePlan,
  changeSettings,
  forkFolder,
  forkRun,
  planSettings,
  type SharedData,
  surveySharedData,
  upgradeRun,
  userName,
  type Wanted,
} from '../pipeline/index.ts';
import { readConfig } from './options.ts';
import { printable } from './print.ts';
import { settingsReport } from './settings-report.ts';

/** What `resume` is told of settings and data. */
export interface SettingsOptions {
  /** A configuration's file; without one, the run's own settings are changed. */
  readonly config?: string;
  readonly set: readonly string[];
  /** Whether the files of the data are read again. */
  readonly readData: boolean;
  /** Whether a change is taken without a question. */
  readonly yes: boolean;
  /** Name of a new run that goes on instead. */
  readonly fork?: string;
}

/**
 * Gives a run, or a fork of it, the settings and data that are asked for, after a report of what they mean. Never silently: without a word of
 * the user's nothing is changed; and what is done is what the report said, also where another process moved the run meanwhile.
 * @returns the folder of the run that goes on
 * @throws SelfpasteError USAGE_SETTINGS_CHANGED where nobody agreed, USAGE_RUN_MOVED, and what changing and forking throw
 */
export async function settleSettings(run: string, options: SettingsOptions): Promise<string> {
  const { config, set, readData, fork } = options;
  if (config === undefined && set.length === 0 && !readData && fork === undefined) return unchanged(run);
  // Before the data are read, which takes its time.
  if (fork !== undefined) forkFolder(run, fork);
  const wanted = wantedBy(options);
  const plan = await planned(run, wanted);
  tell(settingsReport(plan, plan.restart.kind === 'import' ? await surveyed(run, wanted) : null));
  if (fork !== undefined) return forkOf(run, wanted, plan, fork);
  if (plan.changes.length === 0 && plan.restart.kind === 'none') return run;
  if (!(await isAgreed(plan, options))) throw settingsChanged(plan);
  await changeSettings(run, wanted, userName(), plan);
  return run;
}

/** Nothing is asked; that pictures were added since the import may still be worth a word. */
async function unchanged(run: string): Promise<string> {
  const added = await addedPictures(run);
  if (added !== null) tell(addedText(run, added));
  return run;
}

function addedText(run: string, { folder, pictures }: AddedPictures): string {
  const count = pictures === 1 ? '1 picture was' : `${pictures} pictures were`;
  return `${count} added to ${printable(folder)} since the import: \`selfpaste resume ${printable(run)} --read-data --fork NAME\` takes them in`;
}

const wantedBy = ({ config, set, readData }: SettingsOptions): Wanted => ({
  settings: (stored) => (config === undefined ? restoreConfig(stored, set) : readConfig({ config, set })),
  data: readData ? 'again' : 'as-imported',
});

/** `resume` brings the database of an older version forward, whatever settings it is given. */
async function planned(run: string, wanted: Wanted): Promise<ChangePlan> {
  try {
    return planSettings(run, wanted);
  } catch (error) {
    if (errorFacts(error).code !== 'DATA_OLDER_DATABASE') throw error;
    await upgradeRun(run);
    return planSettings(run, wanted);
  }
}

/** Reads the data, which takes its time; a signal ends it with nothing left behind. */
async function surveyed(run: string, wanted: Wanted): Promise<SharedData> {
  tell('reading the data, to see what the run knows of them already ...');
  const controller = new AbortController();
  const onSignal = () => controller.abort();
  for (const signal of SIGNALS) process.once(signal, onSignal);
  try {
    return await surveySharedData(run, wanted, controller.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function forkOf(run: string, wanted: Wanted, plan: ChangePlan, name: string): Promise<string> {
  const { folder } = await forkRun(run, wanted, name, userName(), plan);
  tell(`forked to ${folder}; ${run} stays as it is`);
  return folder;
}

/** What only a fork can do needs no answer: it is refused with the way to a fork. */
async function isAgreed({ restart }: ChangePlan, { yes }: SettingsOptions): Promise<boolean> {
  if (yes || restart.kind === 'fork' || restart.kind === 'import') return true;
  return process.stdin.isTTY === true && process.stderr.isTTY === true && (await isAnsweredYes());
}

async function isAnsweredYes(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question('go on with these settings? [y/N] ')).trim());
  } finally {
    terminal.close();
  }
}

/** Facts of the run go to stdout; this is said beside them. */
const tell = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

function settingsChanged({ changes }: ChangePlan): SelfpasteError {
  const keys = changes.map(({ key }) => key).join(', ');
  return new SelfpasteError(
    'USAGE_SETTINGS_CHANGED',
    `Expected a word about settings that differ from those of the run, got none: ${keys}`,
    'take them with `--yes`, or go on in a new run with `--fork NAME`; without -c and --set the run keeps its own',
  );
}
