import type * as Tf from '@tensorflow/tfjs-core';
import { type onnx, SelfpasteError } from '../../core/index.ts';
import type { Compilation } from './compilation.ts';
import type { Layout } from './layout.ts';
import type { Reader } from './run.ts';

/** Compiles one node to a closure. Throws MODEL_UNSUPPORTED_OPERATOR for variants that training does not know. */
export type Operator = (node: onnx.Node, graph: Compilation) => CompiledNode;

/** What a node makes: tensors of one layout, one for each of its outputs. */
export interface CompiledNode {
  readonly layout: Layout;
  readonly compute: Reader<readonly Tf.Tensor[]>;
}

/** The common case: a node of one output. */
export const one = (layout: Layout, compute: Reader<Tf.Tensor>): CompiledNode => ({ layout, compute: (run) => [compute(run)] });

/** @param what the operator or its variant, as in "a Conv with dilations" @param known names of what could have been there */
export function unsupported(node: onnx.Node, what: string, known: readonly string[] = []): SelfpasteError {
  const choice = known.length > 0 ? ` (${known.join(', ')})` : '';
  return new SelfpasteError(
    'MODEL_UNSUPPORTED_OPERATOR',
    `Expected operators that training knows${choice}, got ${what} at node "${node.name}"`,
    'train a student of selfpaste (student.init: random), or use this model as the teacher only',
  );
}
