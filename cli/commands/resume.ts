import { Command } from 'commander';
import { resumeRun, type Until } from '../../pipeline/index.ts';
import { findRun } from '../find-run.ts';
import { parseUntil } from '../options.ts';
import { conclude } from './run.ts';

interface ResumeCommandOptions {
  readonly until: Until;
  readonly acceptDrift: boolean;
  readonly json: boolean;
}

export function resumeCommand(): Command {
  return new Command('resume')
    .description('Go on with an interrupted run where its last committed step left it.')
    .argument('[run]', 'folder or name of the run; the newest below ./runs by default')
    .option('--until <where>', 'stop after round=N, or after stage=NAME of the round it is in', parseUntil, { kind: 'end' })
    .option('--accept-drift', 'go on with labels that drifted further than the brake allows (exit code 4)', false)
    .option('--json', 'events as NDJSON on stdout', false)
    .action(async (run: string | undefined, { until, acceptDrift, json }: ResumeCommandOptions) => {
      const folder = findRun(run);
      await conclude(folder, json, (emit, stop) => resumeRun(folder, { until, emit, stop, acceptDrift }));
    });
}
