import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { ExitCode, errorFacts, SelfpasteError } from '../core/index.ts';
import { PROGRAM_VERSION } from '../pipeline/index.ts';
import { augmentCommand } from './commands/augment.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { evalCommand } from './commands/eval.ts';
import { gcCommand } from './commands/gc.ts';
import { initCommand } from './commands/init.ts';
import { labelsCommand } from './commands/labels/index.ts';
import { pauseCommand } from './commands/pause.ts';
import { planCommand } from './commands/plan.ts';
import { predictCommand } from './commands/predict.ts';
import { resumeCommand } from './commands/resume.ts';
import { runCommand } from './commands/run.ts';
import { statusCommand } from './commands/status.ts';
import { stopCommand } from './commands/stop.ts';
import { teacherCommand } from './commands/teacher.ts';
import { uiCommand } from './commands/ui.ts';
import { outliveReaders } from './stdout.ts';

/** Runs one command and sets the exit code: 0 ok, 1 bug, 2 usage or config, 3 environment, 4 stopped by a guard, 130 interrupted. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  outliveReaders();
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    process.exitCode = conclude(error, argv.includes('--json'));
  }
}

/** All commands. */
export function program(): Command {
  const root = new Command('selfpaste')
    .description('Semi-supervised self-training with Copy-Paste for instance segmentation.')
    .version(PROGRAM_VERSION)
    .configureHelp({ sortSubcommands: false });
  const commands = [
    initCommand,
    planCommand,
    runCommand,
    resumeCommand,
    pauseCommand,
    stopCommand,
    statusCommand,
    uiCommand,
    gcCommand,
    labelsCommand,
    predictCommand,
    evalCommand,
    augmentCommand,
    teacherCommand,
    doctorCommand,
    demoCommand,
  ];
  for (const command of commands) root.addCommand(command());
  throwErrors(root);
  return root;
}

/** Otherwise commander tells errors in its own way, and ends the process with 1 where the user's words were off. */
function throwErrors(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => {} });
  for (const inner of command.commands) throwErrors(inner);
}

/** What commander says of the user's words, told as every other error. */
function usageError({ message }: CommanderError): SelfpasteError {
  return new SelfpasteError(
    'USAGE_COMMAND_LINE',
    message.replace(/^error: /, '').replaceAll('\n', ' '),
    'look at `selfpaste --help`, or at `selfpaste COMMAND --help`',
  );
}

/** Commander throws where it has shown the help that was asked for, too. */
function conclude(error: unknown, json: boolean): number {
  if (!(error instanceof CommanderError)) return report(error, json);
  if (error.exitCode === 0) return ExitCode.ok;
  return error.code === 'commander.help' ? ExitCode.usage : report(usageError(error), json);
}

/** One clear error on stderr; with --json as a document there, so that stdout holds facts or nothing. */
function report(error: unknown, json: boolean): number {
  const facts = errorFacts(error);
  if (json) process.stderr.write(`${JSON.stringify({ error: { code: facts.code, message: facts.message, hint: facts.hint } })}\n`);
  else process.stderr.write(`selfpaste: ${facts.message}\n  ${facts.hint} [${facts.code}]\n`);
  if (error instanceof SelfpasteError && error.code !== 'BAD_VALUE') return error.exitCode;
  if (facts.stack && !json) process.stderr.write(`${facts.stack}\n`);
  return ExitCode.bug;
}
