import { readFileSync } from 'node:fs';
import { WasmKernel } from '../core/index.ts';

/** A kernel of the folder `kernels`, compiled beside this file. */
export function loadKernel<Functions>(name: 'pixels' | 'scan'): WasmKernel<Functions> {
  return new WasmKernel(readFileSync(new URL(`./kernels/${name}.wasm`, import.meta.url)));
}
