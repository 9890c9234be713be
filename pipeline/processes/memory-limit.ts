/** Processes that are replaced where they grow past a limit. */
export interface LimitedProcesses {
  readonly entry: 'labeler' | 'trainer';
  readonly setting: string;
  /** Null is none. */
  readonly limitMb: number | null;
  /** What a process does before it may be replaced: one that outgrows its limit sooner does not leak, it needs that much. */
  readonly fewest: number;
  /** What is counted. */
  readonly unit: string;
}

/**
 * Says which process is to be replaced because it takes more memory than a limit, and tells so, once each. Where even the first work
 * needs more, replacing would help nobody: that is told once, and the limit is not kept from there on.
 */
export class MemoryLimit {
  readonly #processes: LimitedProcesses;
  readonly #tell: (note: string) => void;
  readonly #outgrown = new WeakSet<object>();
  #kept = true;

  constructor(processes: LimitedProcesses, tell: (note: string) => void) {
    this.#processes = processes;
    this.#tell = tell;
  }

  /** @param done the work of the process until now */
  isOutgrownBy(process: { readonly pid: number }, rssMb: number, done: number): boolean {
    const { limitMb, fewest } = this.#processes;
    if (this.#outgrown.has(process)) return true;
    if (!this.#kept || limitMb === null || rssMb <= limitMb) return false;
    this.#kept = done >= fewest;
    if (this.#kept) this.#outgrown.add(process);
    this.#tell(this.#noteOn(process.pid, rssMb, done));
    return this.#kept;
  }

  #noteOn(pid: number, rssMb: number, done: number): string {
    const { entry, setting, limitMb, unit } = this.#processes;
    const size = `The ${entry} process ${pid} has ${Math.round(rssMb)} MB, more than ${setting} = ${limitMb}`;
    return this.#kept ? `${size}; replaced` : `${size}, after ${done} ${unit}: the limit is not kept`;
  }
}
