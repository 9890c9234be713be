import process from 'node:process';
import { ExitCode } from '../core/index.ts';
import type { Emit, RunControl } from '../pipeline/index.ts';
import { whenReaderLeaves } from './stdout.ts';

const BY_CTRL_Z = 'SIGTSTP';

/**
 * The run as a job of a shell. Ctrl-C and SIGTERM: stop at the next safe point; once more ends the process at once, and only work since the
 * last commit is lost. A terminal that is closed (SIGHUP), or a reader of the output that leaves: stop, too. Ctrl-Z: pause, which ends the
 * processes of the run, and then stop the job as the shell expects it; `fg`, `bg` or SIGCONT go on.
 */
export class ShellJob {
  readonly #control: RunControl;
  readonly #handlers: Partial<Record<NodeJS.Signals, () => void>>;
  readonly #readerStays: () => void;
  #isPaused = false;

  constructor(control: RunControl) {
    this.#control = control;
    this.#handlers = {
      SIGINT: () => this.#interrupt('SIGINT'),
      SIGTERM: () => this.#interrupt('SIGTERM'),
      // Node does not know that `nohup` ignores this signal. What has no terminal, as under nohup, systemd or cron, outlives all of them.
      SIGHUP: () => hasTerminal && control.ask('stop', 'SIGHUP: its terminal was closed'),
      SIGTSTP: () => this.#suspend(),
      SIGCONT: () => control.ask('go-on', 'SIGCONT'),
    };
    for (const [signal, handle] of Object.entries(this.#handlers)) process.on(signal, handle);
    this.#readerStays = whenReaderLeaves(() => control.ask('stop', 'the reader of its output, which left'));
  }

  /** A sink that stops the job once the pause has come that Ctrl-Z asked for: nothing is at work any more behind the shell's back. */
  watching(emit: Emit): Emit {
    return (event) => {
      emit(event);
      if (event.kind === 'run-paused') this.#isPaused = true;
      if (event.kind === 'run-continued') this.#isPaused = false;
      // Later, so that all who hear of the pause have.
      if (event.kind === 'run-paused' && event.who === BY_CTRL_Z) setImmediate(stopHere);
    };
  }

  /** Signals mean again what they do elsewhere. */
  end(): void {
    for (const [signal, handle] of Object.entries(this.#handlers)) process.off(signal, handle);
    this.#readerStays();
  }

  #interrupt(signal: NodeJS.Signals): void {
    if (this.#control.halting.aborted && !this.#control.isPaused) process.exit(ExitCode.interrupted);
    say('stopping at the next safe point; once more stops now');
    this.#control.ask('stop', signal);
  }

  #suspend(): void {
    if (this.#isPaused) stopHere();
    else {
      say('pausing at the next safe point; `fg` goes on');
      this.#control.ask('pause', BY_CTRL_Z);
    }
  }
}

const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
const say = (text: string): void => {
  process.stderr.write(`\n${text}\n`);
};
const stopHere = (): void => {
  process.kill(process.pid, 'SIGSTOP');
};
