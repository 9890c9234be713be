import { createRequire } from 'node:module';
import util from 'node:util';
import { SelfpasteError } from '../core/index.ts';
import { registerGradients } from './kernels/gradients.ts';
import type { Kernels } from './kernels/kernels.ts';
import { nativeKernels } from './kernels/native.ts';
import { portableKernels } from './kernels/portable.ts';
import type { TensorFlow } from './tensorflow.ts';

export type BackendChoice = 'auto' | 'native' | 'wasm';

export interface BackendSettings {
  /** Threads of TensorFlow's kernels, 1 or more. */
  readonly threads: number;
  /**
   * Whether the same training gives the same bytes whatever else the machine does: kernels run on one thread and TensorFlow is told to
   * choose none whose result depends on the order of additions. Slower than several threads.
   */
  readonly deterministic: boolean;
}

/** What trains: tfjs with native TensorFlow below it, or tfjs' WebAssembly backend, and why it was chosen. */
export interface Backend {
  readonly name: 'native' | 'wasm';
  readonly version: string;
  readonly threads: number;
  readonly why: string;
  readonly tf: TensorFlow;
  readonly kernels: Kernels;
}

/** The facts of a backend that a run records. */
export type BackendFacts = Pick<Backend, 'name' | 'version' | 'threads' | 'why'>;

/**
 * Loads tfjs once in this process. `auto` takes native TensorFlow where it loads, else wasm.
 * Thread counts change results in the last bits, so they are set here and recorded with the run.
 * Throws ENVIRONMENT_NO_TENSORFLOW where the choice cannot be had.
 */
export async function loadBackend(choice: BackendChoice, settings: BackendSettings): Promise<Backend> {
  if (choice === 'wasm') return loadWasm('the configuration asks for wasm');
  try {
    return loadNative(settings);
  } catch (error) {
    const why = firstLine(error);
    if (choice === 'native') {
      throw new SelfpasteError(
        'ENVIRONMENT_NO_TENSORFLOW',
        `Expected native TensorFlow for train.backend, but it does not load: ${why}`,
        'run `node scripts/bootstrap.mjs`, or set train.backend to "wasm"',
        error,
      );
    }
    return loadWasm(`native TensorFlow does not load: ${why}`);
  }
}

function loadNative({ threads: wanted, deterministic }: BackendSettings): Backend {
  const threads = deterministic ? 1 : wanted;
  // TensorFlow reads these once, when its library is loaded.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.TF_NUM_INTEROP_THREADS = '1';
  if (deterministic) process.env.TF_DETERMINISTIC_OPS = '1';
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  restoreRemovedUtilities();
  const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu') as TensorFlow & { version: { tfjs: string } };
  const node = tf.backend() as unknown as { binding: { TF_Version: string }; isUsingGpuDevice?: boolean };
  const version = `tfjs ${tf.version.tfjs} on TensorFlow ${node.binding.TF_Version}${node.isUsingGpuDevice ? ' (GPU)' : ' (CPU)'}`;
  return { name: 'native', version, threads, why: 'native TensorFlow loads on this machine', tf, kernels: nativeKernels(tf) };
}

async function loadWasm(why: string): Promise<Backend> {
  const tf = (await import('@tensorflow/tfjs-core')) as TensorFlow;
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  // The threaded build needs browser workers; under Node the one-thread build is the one that runs.
  wasm.setThreadsCount(1);
  if (!(await tf.setBackend('wasm')))
    throw new SelfpasteError(
      'ENVIRONMENT_NO_TENSORFLOW',
      'Expected the wasm backend of tfjs, but it does not start',
      'run `selfpaste doctor`, which says how to mend it',
    );
  await tf.ready();
  registerGradients(tf);
  return {
    name: 'wasm',
    version: `tfjs ${tf.version_core} on WebAssembly`,
    threads: 1,
    why,
    tf,
    kernels: portableKernels(tf),
  };
}

/** tfjs-node 4.22 calls two functions that Node 23 removed. */
function restoreRemovedUtilities(): void {
  const target = util as unknown as Record<string, unknown>;
  const loaded = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  for (const holder of [target, loaded]) {
    holder.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
    holder.isArray ??= Array.isArray;
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
