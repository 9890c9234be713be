import { Command } from 'commander';
import { askRun, reachesState, rememberedState } from '../ask-run.ts';
import { findRun } from '../find-run.ts';
import { print, printJson } from '../print.ts';

export function pauseCommand(): Command {
  return new Command('pause')
    .description('Pause a run that goes on in another terminal, at its next safe point: its processes end, it stays; `resume` goes on.')
    .argument('[run]', 'folder or name of the run; the newest below ./runs by default')
    .option('--json', 'as JSON', false)
    .action(pause);
}

async function pause(run: string | undefined, { json }: { readonly json: boolean }): Promise<void> {
  const folder = findRun(run);
  const taken = await askRun(folder, 'pause');
  const { pid, host } = taken.owner;
  const paused = await reachesState(folder, 'paused', taken);
  const { value = 'import', context } = rememberedState(folder) ?? {};
  if (json) return printJson({ folder, paused, state: value, round: context?.round ?? 0, stage: context?.stage ?? 'import', pid, host });
  if (paused) print(`paused in round ${context?.round} ${context?.stage}; go on with \`selfpaste resume ${run ?? folder}\``);
  else print(value === 'finished' ? 'finished before it could pause' : `ended before it could pause; it is at ${value}`);
}
