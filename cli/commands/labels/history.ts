import { Command } from 'commander';
import { actionId } from '../../../core/index.ts';
import { drawnBy } from '../../../db/index.ts';
import { actionText, lastStanding, userName } from '../../../pipeline/index.ts';
import { wholeNumber } from '../../options.ts';
import { print, printable, printJson, table } from '../../print.ts';
import { RUN_HELP, withRun } from './open-run.ts';

export function historyCommand(): Command {
  return new Command('history')
    .description('What people decided, the newest first.')
    .argument('[run]', RUN_HELP)
    .option('--limit <n>', 'most actions to list', wholeNumber(1), 20)
    .option('--json', 'as JSON', false)
    .action((run: string | undefined, { limit, json }: { limit: number; json: boolean }) =>
      withRun(run, 'read', (db) => {
        const actions = db.verdicts.actions(limit).map((action) => ({ ...action, drawn: drawnBy(db, action.id) }));
        if (json) return printJson(actions);
        if (actions.length === 0) return print('nobody decided anything yet');
        const rows = actions.map((action) => [
          action.id,
          new Date(action.atMs).toISOString().slice(0, 16),
          printable(action.who),
          actionText(db, action),
          printable(action.subject),
          printable(action.why),
          action.state.is === 'done' ? 'stands' : `undone by ${printable(action.state.by)}`,
        ]);
        print(table(['action', 'when (UTC)', 'who', 'what', 'about', 'why', 'state'], rows));
      }),
    );
}

interface UndoOptions {
  readonly run?: string;
  readonly who: string;
  readonly json: boolean;
}

export function undoCommand(): Command {
  return new Command('undo')
    .description('Takes back all that one action did: what stood before stands again.')
    .argument('[action]', 'its number (see labels history); the last one that stands by default', wholeNumber(1))
    .option('--run <run>', RUN_HELP)
    .option('--who <name>', 'who takes it back; the user name of this machine by default', userName())
    .option('--json', 'as JSON', false)
    .action((number: number | undefined, { run, who, json }: UndoOptions) =>
      withRun(run, 'write', (db) => {
        const action = number === undefined ? lastStanding(db) : actionId(number);
        const undone = db.verdicts.undo(action, { who, atMs: Date.now() });
        if (json) printJson({ action, undone });
        else print(`action ${action} is undone: ${undone} ${undone === 1 ? 'decision' : 'decisions'} taken back`);
      }),
    );
}
