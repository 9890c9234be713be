import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { askRun, isOwnedBy, rememberedState } from '../ask-run.ts';
import { findRun } from '../find-run.ts';
import { print, printJson } from '../print.ts';

export function stopCommand(): Command {
  return new Command('stop')
    .description('Stop a run that goes on in another terminal, at its next safe point, as Ctrl-C does there; `resume` goes on.')
    .argument('[run]', 'folder or name of the run; the newest below ./runs by default')
    .option('--json', 'as JSON', false)
    .action(stop);
}

const POLL_MS = 100;

async function stop(run: string | undefined, { json }: { readonly json: boolean }): Promise<void> {
  const folder = findRun(run);
  const { owner } = await askRun(folder, 'stop');
  const { pid, host } = owner;
  while (isOwnedBy(owner, folder)) await sleep(POLL_MS);
  const { value = 'import', context } = rememberedState(folder) ?? {};
  if (json) return printJson({ folder, state: value, round: context?.round ?? 0, stage: context?.stage ?? 'import', pid, host });
  if (value === 'finished') print('finished');
  else print(`stopped in round ${context?.round ?? 0} ${context?.stage ?? 'import'}; go on with \`selfpaste resume ${run ?? folder}\``);
}
