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
/** Kernels work on four numbers at a time, and may look over the end of an array by three. */
const alignment = 4;

/** A kernel of the folder `kernels`, with a memory of its own, which grows and never shrinks. */
export class Kernel<Functions> {
  readonly run: Functions;
  readonly #memory: Memory;

  constructor(name: string) {
    const code = readFileSync(new URL(`./kernels/${name}.wasm`, import.meta.url));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
    this.run = exports as Functions;
    this.#memory = (exports as { readonly memory: Memory }).memory;
  }

  /** Arrays of float32 one behind the other, with whatever is in the memory now. They hold until the next call. */
  layOut(...lengths: readonly number[]): Float32Array[] {
    const sizes = lengths.map((length) => padded(length) * Float32Array.BYTES_PER_ELEMENT);
    const missing = sizes.reduce((sum, size) => sum + size, 0) - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / pageBytes));
    let at = 0;
    return lengths.map((length, index) => {
      const values = new Float32Array(this.#memory.buffer, at, length);
      at += sizes[index];
      return values;
    });
  }
}

/** Length of an array in a kernel's memory. */
export const padded = (length: number): number => Math.ceil(length / alignment) * alignment;
