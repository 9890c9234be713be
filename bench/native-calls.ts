import type { Backend } from '../student/index.ts';

/** What native TensorFlow was asked to do over some time. */
export interface NativeCall {
  readonly op: string;
  readonly calls: number;
  readonly ms: number;
}

/** The part of tfjs-node's backend that everything native goes through. */
interface NodeBackend {
  binding: { readonly executeOp: Call; readonly createTensor: Call };
}

type Call = (...args: unknown[]) => unknown;

/** Counts and times the native calls that `work` makes; by operation, the longest first. */
export function nativeCalls({ tf }: Pick<Backend, 'tf'>, work: () => void): readonly NativeCall[] {
  const backend = tf.backend() as unknown as NodeBackend;
  const { binding } = backend;
  const tally = new Map<string, { calls: number; ms: number }>();
  const timed = (name: (args: readonly unknown[]) => string, call: Call): Call => {
    return (...args) => {
      const startMs = performance.now();
      const result = call.apply(binding, args);
      const entry = tally.get(name(args)) ?? { calls: 0, ms: 0 };
      tally.set(name(args), { calls: entry.calls + 1, ms: entry.ms + performance.now() - startMs });
      return result;
    };
  };
  backend.binding = Object.create(binding, {
    executeOp: { value: timed(([op]) => String(op), binding.executeOp) },
    createTensor: { value: timed(() => 'createTensor', binding.createTensor) },
  });
  try {
    work();
  } finally {
    backend.binding = binding;
  }
  return [...tally].map(([op, { calls, ms }]) => ({ op, calls, ms })).sort((a, b) => b.ms - a.ms);
}
