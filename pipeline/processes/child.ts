import { type ChildProcess, fork } from 'node:child_process';
import { delimiter } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { SelfpasteError } from '../../core/index.ts';
import type { Beat } from './messages.ts';

/** A process of ours that answers messages. It ends with us: it leaves when its channel closes. */
export interface Child<Request, Reply> {
  readonly pid: number;
  /** What it takes of memory, as it said last; 0 before its first beat. */
  readonly rssMb: number;
  send(request: Request): void;
  /**
   * The next message. Throws ENVIRONMENT_CHILD_DIED when the process ends, ENVIRONMENT_CHILD_STALLED when no answer comes for too long.
   * Only time counts in which we ran: a process is not blamed for ours being stopped, the machine asleep, or its clock being set.
   */
  receive(stallMs: number): Promise<Reply>;
  /** Ends the process at once. */
  kill(): Promise<void>;
}

export type ChildEntry = 'labeler' | 'trainer';

/** @param file what runs; the entry's own file unless given */
export function startChild<Request, Reply>(
  entry: ChildEntry,
  file: string = fileURLToPath(new URL(`./${entry}.js`, import.meta.url)),
): Child<Request, Reply> {
  // glibc keeps an arena a thread; image buffers that come and go would stay in each of them.
  const env = { ...process.env, MALLOC_ARENA_MAX: '2', LD_LIBRARY_PATH: libraryPath() };
  // A group of its own: what the terminal says to the job, Ctrl-C and Ctrl-Z, reaches the orchestrator alone, which decides what it means.
  const child = fork(file, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env, detached: true });
  return new MailboxChild(entry, child);
}

/** TensorFlow asks the loader for its CUDA libraries by name; the GPU set-up puts them beside it. */
function libraryPath(): string {
  const beside = fileURLToPath(new URL('../../../node_modules/@tensorflow/tfjs-node-gpu/deps/lib', import.meta.url));
  return [beside, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
}

/** What a process wrote to stderr before it ended is the best clue there is. */
const STDERR_KEPT = 2000;
/** Waiting is counted in timers of so long, each as what was asked of it, however late it comes. */
const SLICE_MS = 1000;
/** Some beats. */
const ALIVE_MS = 10_000;

class MailboxChild<Request, Reply> implements Child<Request, Reply> {
  readonly pid: number;
  readonly #entry: ChildEntry;
  readonly #process: ChildProcess;
  readonly #mailbox: Reply[] = [];
  readonly #ended: Promise<void>;
  #wake: () => void = () => {};
  #end: string | null = null;
  #stderr = '';
  #rssMb = 0;
  #lastSignMs = performance.now();

  constructor(entry: ChildEntry, child: ChildProcess) {
    this.#entry = entry;
    this.#process = child;
    this.pid = child.pid ?? -1;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    child.on('message', (message) => this.#take(message as Reply | Beat));
    this.#ended = new Promise((resolve) => {
      const ended = (how: string) => {
        this.#end ??= how;
        this.#wake();
        resolve();
      };
      child.on('error', (error) => ended(error.message));
      child.on('close', (code, signal) => ended(signal === null ? `exit code ${code}` : signal));
    });
  }

  get rssMb(): number {
    return this.#rssMb;
  }

  send(request: Request): void {
    // A process that has just died is noticed by the next receive.
    if (this.#process.connected) this.#process.send(request as object, () => {});
  }

  async receive(stallMs: number): Promise<Reply> {
    const sinceMs = performance.now();
    let waitedMs = 0;
    while (this.#mailbox.length === 0) {
      if (this.#end !== null) throw this.#died(this.#end);
      if (waitedMs >= stallMs) throw await this.#stalled(stallMs, sinceMs);
      const sliceMs = Math.min(SLICE_MS, stallMs - waitedMs);
      await this.#awake(sliceMs);
      waitedMs += sliceMs;
    }
    return this.#mailbox.shift() as Reply;
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  #take(message: Reply | Beat): void {
    this.#lastSignMs = performance.now();
    if (isBeat(message)) {
      this.#rssMb = message.rssMb;
      return;
    }
    this.#mailbox.push(message);
    this.#wake();
  }

  #awake(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      // What came while we did not run lies in the channel: it is read before the timer counts.
      const timer = setTimeout(() => setImmediate(resolve), timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #stalled(stallMs: number, sinceMs: number): Promise<SelfpasteError> {
    const silentMs = performance.now() - this.#lastSignMs;
    const isAlive = this.#lastSignMs > sinceMs && silentMs < ALIVE_MS;
    await this.kill();
    const duration = `for ${seconds(stallMs)} and was ended`;
    const what = isAlive
      ? `is alive (last beat ${seconds(silentMs)} ago, ${Math.round(this.#rssMb)} MB) but has not answered ${duration}`
      : `says nothing at all, no beat either, ${duration}`;
    return this.#error('ENVIRONMENT_CHILD_STALLED', what);
  }

  #died(how: string): SelfpasteError {
    const said = this.#stderr
      .trim()
      .split('\n')
      .filter((line) => !line.includes('oneDNN') && !line.includes('absl::'))
      .slice(-3)
      .join(' | ');
    return this.#error('ENVIRONMENT_CHILD_DIED', `ended unexpectedly (${how})${said ? `: ${said}` : ''}`);
  }

  #error(code: 'ENVIRONMENT_CHILD_DIED' | 'ENVIRONMENT_CHILD_STALLED', what: string): SelfpasteError {
    return new SelfpasteError(
      code,
      `The ${this.#entry} process ${this.pid} ${what}`,
      'check the free memory and `selfpaste doctor`, then go on with `selfpaste resume`',
    );
  }
}

const isBeat = (message: unknown): message is Beat => (message as Beat).kind === 'beat';

const seconds = (durationMs: number): string => `${Math.round(durationMs / 1000)} s`;
