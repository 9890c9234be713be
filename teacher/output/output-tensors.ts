import { MessageChannel } from 'node:worker_threads';
import type { InferenceSession, Tensor } from 'onnxruntime-node';

/**
 * What runs write their outputs to. An output whose shape the file states gets the same memory in each run: some megabytes a picture
 * would keep the collector busy. What a run gave holds until the next one.
 */
export class OutputTensors {
  readonly #session: InferenceSession;
  readonly #kept: Record<string, Tensor | null>;

  constructor(session: InferenceSession, names: readonly string[]) {
    this.#session = session;
    this.#kept = Object.fromEntries(names.map((name) => [name, null]));
  }

  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>> {
    const outputs = (await this.#session.run(feeds, this.#kept)) as Readonly<Record<string, Tensor>>;
    const current = Object.entries(outputs).map(([name, output]) => [name, this.#keptOf(name, output)] as const);
    this.#keep(outputs);
    return Object.fromEntries(current);
  }

  /** Where a run had memory to write to, it did, and gave a copy of that. */
  #keptOf(name: string, output: Tensor): Tensor {
    const kept = this.#kept[name] ?? output;
    if (kept.data !== output.data) discard(output);
    return kept;
  }

  /** Only what a run has really given: files have been seen that state another shape. */
  #keep(outputs: Readonly<Record<string, Tensor>>): void {
    for (const meta of this.#session.outputMetadata) {
      const output = outputs[meta.name];
      if (output !== undefined && meta.isTensor && isShape(meta.shape, output.dims)) this.#kept[meta.name] ??= output;
    }
  }
}

const isShape = (stated: readonly (number | string)[], dims: readonly number[]): boolean =>
  stated.length === dims.length && stated.every((length, at) => length === dims[at]);

const { port1: nowhere, port2: unheard } = new MessageChannel();
unheard.close();

/** Frees a tensor's memory at once: what is sent to a closed port is gone. The collector would come only after many of them. */
function discard({ data }: Tensor): void {
  if (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer) nowhere.postMessage(null, [data.buffer]);
}
