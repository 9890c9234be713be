import process from 'node:process';
import { Command } from 'commander';
import { ExitCode } from '../../core/index.ts';
import { checkMachine } from '../../pipeline/index.ts';
import { bytes, print, printJson } from '../print.ts';

const MARKS = { ok: 'ok     ', warning: 'warning', broken: 'broken ' } as const;

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Which native parts work here, and the one command that mends what does not.')
    .option('--json', 'as JSON', false)
    .action(async ({ json }: { json: boolean }) => {
      const report = await checkMachine();
      if (report.findings.some(({ state }) => state === 'broken')) process.exitCode = ExitCode.environment;
      if (json) return printJson(report);
      print(
        `selfpaste ${report.selfpaste}, Node ${report.node}, ${report.platform}, ${report.cores} cores, ${bytes(report.memoryBytes)} memory`,
      );
      for (const { state, part, detail, fix } of report.findings) {
        print(`${MARKS[state]} ${part}: ${detail}`);
        if (fix !== null) print(`        mend: ${fix}`);
      }
    });
}
