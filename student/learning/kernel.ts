import { readFileSync } from 'node:fs';
import { WasmKernel } from '../../core/index.ts';

/** Kernels work on four numbers at a time, and may look over the end of an array by three. */
const alignment = 4;

/** A kernel of the folder `kernels`, compiled beside this file, for arrays of float32. */
export class Kernel<Functions> extends WasmKernel<Functions> {
  constructor(name: 'loss' | 'optimizer') {
    super(readFileSync(new URL(`./kernels/${name}.wasm`, import.meta.url)));
  }

  /** Arrays one behind the other, with whatever is in the memory now. They hold until the next call. */
  layOut(...lengths: readonly number[]): Float32Array[] {
    const sizes = lengths.map((length) => padded(length) * Float32Array.BYTES_PER_ELEMENT);
    this.reserve(sizes.reduce((sum, size) => sum + size, 0));
    let at = 0;
    return lengths.map((length, index) => {
      const values = new Float32Array(this.bytes.buffer, at, length);
      at += sizes[index];
      return values;
    });
  }
}

/** Length of an array in a kernel's memory. */
export const padded = (length: number): number => Math.ceil(length / alignment) * alignment;
