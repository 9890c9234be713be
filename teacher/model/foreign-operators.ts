import { type onnx, SelfpasteError } from '../../core/index.ts';

/** Domains whose operators ONNX Runtime brings along ('' is ONNX's own); the rest would need a library of code from elsewhere. */
const BUILT_IN = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'ai.onnx.training',
  'ai.onnx.preview',
  'ai.onnx.preview.training',
  'com.microsoft',
  'com.microsoft.experimental',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
  'org.pytorch.aten',
]);
const SHOWN = 5;

/**
 * No library of custom operators is ever loaded, so a model that needs one is refused before ONNX Runtime sees it.
 * Functions that the file defines itself are fine. Throws MODEL_FOREIGN_OPERATORS, which names them.
 */
export function refuseForeignOperators(path: string, { operators, functions }: onnx.ModelSurvey): void {
  const defined = new Set(functions.map(show));
  const foreign = operators.filter(({ domain }) => !BUILT_IN.has(domain)).map(show);
  const missing = foreign.filter((name) => !defined.has(name)).sort();
  if (missing.length === 0) return;
  const more = missing.length > SHOWN ? ` and ${missing.length - SHOWN} more` : '';
  throw new SelfpasteError(
    'MODEL_FOREIGN_OPERATORS',
    `Expected only operators of ONNX and ONNX Runtime in ${path}, got ${missing.slice(0, SHOWN).join(', ')}${more}`,
    'export the model with standard ONNX operators only (for NMS inside the graph, without plugins); libraries of custom operators are never loaded',
  );
}

const show = ({ domain, name }: onnx.OperatorName): string => `${domain}:${name}`;
