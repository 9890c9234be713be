import process from 'node:process';
import { Command } from 'commander';
import { ExitCode } from '../../core/index.ts';
import { checkMachine, type DoctorReport, FINDING_GROUPS, type Finding, type FindingGroup, groupOf } from '../../pipeline/index.ts';
import { bytes, print, printable, printJson } from '../print.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Check what a run of a night needs, and name the one command that mends what does not do.')
    .argument('[folder]', 'where runs will lie', '.')
    .option('--json', 'as JSON', false)
    .action(async (folder: string, { json }: { json: boolean }) => {
      if (process.stderr.isTTY) process.stderr.write('Trying the parts, the disk and the speed: about 15 s.\n');
      const report = await checkMachine(folder);
      if (report.findings.some(({ state }) => state === 'broken')) process.exitCode = ExitCode.environment;
      if (json) printJson(report);
      else print(doctorText(report));
    });
}

const HEADINGS: Readonly<Record<FindingGroup, string>> = {
  parts: 'Native parts',
  speed: 'Speed',
  resources: 'Memory and processors',
  disk: 'Disk',
  limits: 'Limits',
  clock: 'Clock',
  terminal: 'Terminal',
};

/** Findings under headings, in columns; below each problem the command that mends it. */
export function doctorText(report: DoctorReport): string {
  const { selfpaste, node, platform, cores, memoryBytes, findings } = report;
  const width = Math.max(...findings.map(({ part }) => part.length));
  const groups = FINDING_GROUPS.map((group) => [group, findings.filter((finding) => groupOf(finding) === group)] as const);
  return [
    `selfpaste ${selfpaste}, Node ${node}, ${platform}, ${cores} cores, ${bytes(memoryBytes)} memory`,
    ...groups
      .filter(([, found]) => found.length > 0)
      .flatMap(([group, found]) => ['', HEADINGS[group], ...found.flatMap((finding) => findingLines(finding, width))]),
    '',
    verdict(findings),
  ].join('\n');
}

function findingLines({ part, state, detail, fix }: Finding, width: number): readonly string[] {
  const line = `  ${state.padEnd('warning'.length)}  ${part.padEnd(width)}  ${printable(detail)}`;
  return fix === null ? [line] : [line, `  ${' '.repeat('warning'.length)}  ${' '.repeat(width)}  $ ${printable(fix)}`];
}

function verdict(findings: readonly Finding[]): string {
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length;
  const [brokenCount, warnings] = [count('broken'), count('warning')];
  if (brokenCount > 0) return `${brokenCount} broken, ${warnings} to look at: a run will not get through the night like this.`;
  if (warnings > 0) return `Nothing is broken, ${warnings} to look at.`;
  return 'Ready for a night.';
}
