import { readFileSync } from 'node:fs';

/** The part of WebAssembly that is used here: TypeScript's own declaration comes only with all of the browser's. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

const pageBytes = 65_536;

/** A kernel of the folder `kernels` with a memory of its own, which grows and never shrinks. */
export class Kernel<Functions> {
  readonly run: Functions;
  readonly #memory: Memory;
  #bytes: Uint8Array;

  constructor(name: string) {
    const code = readFileSync(new URL(`./kernels/${name}.wasm`, import.meta.url));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
    this.run = exports as Functions;
    this.#memory = (exports as { readonly memory: Memory }).memory;
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  /** Views of it hold until {@link reserve} makes it grow. */
  get buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  /** Makes the memory large enough for `bytes` bytes. What is in it stays. */
  reserve(bytes: number): void {
    const missing = bytes - this.#bytes.length;
    if (missing <= 0) return;
    this.#memory.grow(Math.ceil(missing / pageBytes));
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  /** Copies bytes to an address. */
  place(bytes: Uint8Array, at: number): void {
    this.#bytes.set(bytes, at);
  }
}
