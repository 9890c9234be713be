import process from 'node:process';
import type { Finding } from './finding.ts';

export interface TerminalFacts {
  /** Whether a person sits at the other end. */
  readonly interactive: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Whether a run would outlive its terminal. No problem either way: a run that is stopped so loses nothing. */
export function judgeTerminal({ interactive, environment }: TerminalFacts): Finding {
  const found = (detail: string, fix: string | null = null): Finding => ({
    ...{ id: 'terminal.session', part: 'terminal', state: 'ok', detail, fix },
  });
  if (environment.TMUX) return found('in tmux: a run goes on when the terminal is closed');
  if (environment.STY) return found('in screen: a run goes on when the terminal is closed');
  if (!interactive) return found('none that could be closed');
  return found(
    'a run stops when it is closed, loses nothing, and goes on with `selfpaste resume`; in tmux or under nohup it would not stop',
    'tmux new -s selfpaste',
  );
}

export const checkTerminal = (): readonly Finding[] => [
  judgeTerminal({ interactive: process.stdin.isTTY || process.stdout.isTTY, environment: process.env }),
];
