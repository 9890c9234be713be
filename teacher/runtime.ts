import { createRequire } from 'node:module';
import process from 'node:process';
import type { InferenceSession } from 'onnxruntime-node';
import { SelfpasteError } from '../core/index.ts';

export type OnnxRuntime = typeof import('onnxruntime-node');

/** What may run a model, in ONNX Runtime's words; which of them there are depends on the platform and on what is installed. */
export const PROVIDERS = ['cpu', 'cuda', 'tensorrt', 'webgpu', 'coreml', 'dml'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** How ONNX Runtime runs a model. None of this changes what is detected by more than the last bits of its numbers. */
export interface RuntimeSettings {
  /** Threads of one inference; 1 or more. */
  readonly threads: number;
  /** What shall run the model, best first: the first that works here does, and the CPU where none does. The CPU unless given. */
  readonly providers?: readonly Provider[] | undefined;
  /** Whether threads that wait for work do so busily; true unless given. Costs the other processes of the machine dearly. */
  readonly spinning?: boolean;
  /** Whether memory is kept from run to run; true unless given. Without it a run is slower and the process smaller. */
  readonly arena?: boolean;
  /** Whether the memory of a run is planned ahead; unless given, where the model's input always has one size. */
  readonly memoryPattern?: boolean;
}

/** Native code may be absent or broken on a machine where everything else works. Throws ENVIRONMENT_NO_ONNXRUNTIME. */
export async function loadRuntime(load: () => Promise<OnnxRuntime> = () => import('onnxruntime-node')): Promise<OnnxRuntime> {
  // From 1.29 on it tells its maker the names of models, and leaves files in the folder for temporary ones, unless told not to.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  try {
    return await load();
  } catch (cause) {
    const message = `ONNX Runtime (onnxruntime-node) does not load: ${messageOf(cause)}`;
    throw new SelfpasteError('ENVIRONMENT_NO_ONNXRUNTIME', message, 'run `selfpaste doctor`, which says how to mend it', cause);
  }
}

/** Version of ONNX Runtime, without loading it; empty where it is not installed. */
export function runtimeVersion(): string {
  try {
    const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { readonly version: string };
    return version;
  } catch {
    return '';
  }
}

/**
 * Loads a model for the first provider that can run it here.
 * @param tell is told of each provider that was asked for and cannot run it, with the reason and what is tried instead
 * @throws SelfpasteError MODEL_REFUSED where not even the CPU can
 */
export async function createSession(
  runtime: OnnxRuntime,
  path: string,
  settings: RuntimeSettings,
  tell: (note: string) => void,
): Promise<InferenceSession> {
  const choices = choicesOf(settings.providers ?? []);
  for (const [at, provider] of choices.entries()) {
    try {
      return await runtime.InferenceSession.create(path, sessionOptions(provider, settings));
    } catch (cause) {
      if (provider === 'cpu') throw refused(path, cause);
      tell(`${provider} cannot run the model here, ${choices[at + 1]} is tried instead: ${messageOf(cause)}`);
    }
  }
  throw new TypeError('the CPU is always a choice');
}

/** What comes after the CPU is never needed. */
function choicesOf(wanted: readonly Provider[]): readonly Provider[] {
  const cpu = wanted.indexOf('cpu');
  return [...(cpu < 0 ? wanted : wanted.slice(0, cpu)), 'cpu'];
}

function sessionOptions(provider: Provider, settings: RuntimeSettings): InferenceSession.SessionOptions {
  const { threads, spinning = true, arena = true, memoryPattern = true } = settings;
  return {
    // Alone, or one that is not there would be passed over without a word; what it has no kernel for runs on the CPU all the same.
    executionProviders: [provider],
    // Otherwise every session takes all physical cores.
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableCpuMemArena: arena,
    // DirectML refuses it.
    enableMemPattern: memoryPattern && provider !== 'dml',
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } },
  };
}

function refused(path: string, cause: unknown): SelfpasteError {
  const message = `ONNX Runtime refuses the model ${path}: ${messageOf(cause)}`;
  return new SelfpasteError('MODEL_REFUSED', message, 'export the model with standard ONNX operators only, or with a lower opset', cause);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim();
