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

/** A WebAssembly module that imports nothing, with a memory of its own, which grows and never shrinks. */
export class WasmKernel<Functions> {
  /** What the module exports. */
  readonly run: Functions;
  readonly #memory: Memory;
  #bytes: Uint8Array<ArrayBuffer>;

  /** @param code of the module, which exports `memory` and `Functions` */
  constructor(code: Uint8Array) {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
    this.run = exports as Functions;
    this.#memory = (exports as { readonly memory: Memory }).memory;
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  /** All of the memory. Views of it hold until {@link reserve} makes it grow. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /** Makes the memory large enough for `bytes` bytes. What is in it stays. */
  reserve(bytes: number): void {
    const missing = bytes - this.#bytes.length;
    if (missing <= 0) return;
    this.#memory.grow(Math.ceil(missing / pageBytes));
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }
}
