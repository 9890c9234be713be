import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ExitCode } from '../../core/index.ts';
import type { Cell, CellOutcome } from './cell.ts';
import type { CellProcesses, Ended } from './cell-process.ts';
import { cellState, settingsText } from './cell-state.ts';

export interface CellRuns {
  /** Folder of the runs. */
  readonly runs: string;
  /** Cells that run at the same time, each with its share of the cores. */
  readonly jobs: number;
  readonly processes: CellProcesses;
  /** Told when a cell begins and ends. */
  readonly tell: (text: string) => void;
}

/** Runs the cells that are not finished yet, in their order but teachers before their students; outcomes by the cells' names. */
export async function runCells(cells: readonly Cell[], setup: CellRuns): Promise<ReadonlyMap<string, CellOutcome>> {
  mkdirSync(setup.runs, { recursive: true });
  const outcomes = new Map<string, CellOutcome>();
  const waiting = [...cells];
  const running = new Set<Promise<void>>();
  const isReady = ({ after }: Cell) => after === null || outcomes.has(after);
  const start = (cell: Cell): void => {
    const run = outcomeOf(cell, outcomes, setup).then((outcome) => {
      outcomes.set(cell.name, outcome);
      running.delete(run);
    });
    running.add(run);
  };
  while (waiting.length > 0 || running.size > 0) {
    const next = running.size < setup.jobs ? waiting.findIndex(isReady) : -1;
    if (next >= 0) start(waiting.splice(next, 1)[0] as Cell);
    else await Promise.race(running);
  }
  return outcomes;
}

async function outcomeOf(cell: Cell, others: ReadonlyMap<string, CellOutcome>, setup: CellRuns): Promise<CellOutcome> {
  const folder = join(setup.runs, cell.name);
  const before = cellState(cell, folder);
  if (before.kind === 'finished') return before;
  if (cell.after !== null && others.get(cell.after)?.kind !== 'finished')
    return { kind: 'unfinished', reason: `its teacher ${cell.after} is not finished` };
  if (setup.processes.stopping) return { kind: 'unfinished', reason: 'interrupted' };
  setup.tell(`${cell.name}: ${before.kind === 'begun' ? 'goes on' : 'starts'}`);
  const ended = await launch(cell, before.kind === 'begun' ? ['resume', folder] : ['run'], setup);
  const after = cellState(cell, folder);
  const outcome: CellOutcome = after.kind === 'finished' ? after : { kind: 'unfinished', reason: reasonOf(ended) };
  setup.tell(`${cell.name}: ${outcome.kind === 'finished' ? `mask AP ${outcome.figures.maskAp.toFixed(3)}` : outcome.reason}`);
  return outcome;
}

function launch(cell: Cell, [command, ...rest]: readonly string[], { runs, jobs, processes }: CellRuns): Promise<Ended> {
  const settings = join(runs, `${cell.name}.yaml`);
  if (command === 'run') writeFileSync(settings, settingsText(cell, runs, Math.max(1, Math.floor(availableParallelism() / jobs))));
  const args = command === 'run' ? ['run', '-c', settings] : [command, ...rest];
  return processes.run(args, join(runs, `${cell.name}.log`));
}

/** The last line that it wrote says why. */
function reasonOf({ code, log }: Ended): string {
  if (code === ExitCode.interrupted) return 'interrupted';
  const last = readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? '';
  return `ended with exit code ${code}: ${last}`;
}
