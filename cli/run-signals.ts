import process from 'node:process';
import { ExitCode } from '../core/index.ts';
import type { Emit, RunControl } from '../pipeline/index.ts';

/**
 * Lets the terminal and other processes ask by signals. Ctrl-C and SIGTERM: stop at the next safe point; once more ends the process at
 * once, and only work since the last commit is lost. A terminal that is closed (SIGHUP): stop, too. Ctrl-Z: pause, which ends the
 * processes of the run, and then stop the job as the shell expects it; `fg`, `bg` or SIGCONT go on.
 * @returns what takes the handlers away again
 */
export function listenToSignals(control: RunControl): () => void {
  const interrupted = (signal: NodeJS.Signals) => {
    if (control.halting.aborted && !control.isPaused) process.exit(ExitCode.interrupted);
    say('stopping at the next safe point; once more stops now');
    control.ask('stop', signal);
  };
  const handlers: Partial<Record<NodeJS.Signals, (signal: NodeJS.Signals) => void>> = {
    SIGINT: interrupted,
    SIGTERM: interrupted,
    SIGHUP: () => {
      // Node does not know that `nohup` ignores this signal. What has no terminal, as under nohup, systemd or cron, outlives all of them.
      if (hasTerminal) control.ask('stop', 'SIGHUP: its terminal was closed');
    },
    SIGTSTP: () => {
      say('pausing at the next safe point; `fg` goes on');
      control.ask('pause', BY_CTRL_Z);
    },
    SIGCONT: () => control.ask('go-on', 'SIGCONT'),
  };
  for (const [signal, handle] of Object.entries(handlers)) process.on(signal, handle);
  return () => {
    for (const [signal, handle] of Object.entries(handlers)) process.off(signal, handle);
  };
}

const BY_CTRL_Z = 'SIGTSTP';
const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
const say = (text: string): void => {
  process.stderr.write(`\n${text}\n`);
};

/** Stops the job once the pause that Ctrl-Z asked for has come: nothing is at work any more that would go on behind the shell's back. */
export function stoppingTheJob(emit: Emit): Emit {
  return (event) => {
    emit(event);
    // Later, so that all who hear of the pause have.
    if (event.kind === 'run-paused' && event.who === BY_CTRL_Z) setImmediate(() => process.kill(process.pid, 'SIGSTOP'));
  };
}
