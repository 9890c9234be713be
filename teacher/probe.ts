import { errorFacts, onnx, SelfpasteError, type Sha256 } from '../core/index.ts';
import type { HeadKind, ModelSignature, Recognition, TensorSignature } from './contract.ts';
import { type ContractFact, contractFacts } from './contract-facts.ts';
import { type ModelFile, readModelFile } from './model/model-file.ts';
import { readAll, recognizeContract } from './recognition.ts';

/** Everything that can be said about a model file without running it. */
export interface ModelProbe {
  readonly path: string;
  readonly fileBytes: number;
  readonly sha256: Sha256;
  readonly externalFiles: ModelFile['externalFiles'];
  readonly irVersion: number;
  readonly producer: string;
  /** Version of each operator set by domain; '' is ONNX's own. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly ProbedTensor[];
  readonly outputs: readonly ProbedTensor[];
  readonly metadata: readonly ProbedMetadata[];
  readonly verdict: ProbeVerdict;
}

export interface ProbedTensor extends TensorSignature {
  /** `float32`; `type 16` for those that no contract takes. */
  readonly type: string;
}

export interface ProbedMetadata {
  readonly key: string;
  readonly value: string;
  /** beside: in the file `NAME.contract.json`, which wins over the model's own. */
  readonly from: 'model' | 'beside';
}

/** A contract that fits, why, and what it takes the model to be. */
export interface ProbeReading extends Recognition {
  readonly facts: readonly ContractFact[];
}

/** The contract that a model follows; or the several that it could follow; or why it is none. The last two are refused by a run. */
export type ProbeVerdict =
  | { readonly status: 'recognized'; readonly reading: ProbeReading }
  | { readonly status: 'ambiguous'; readonly readings: readonly ProbeReading[]; readonly refusal: Refusal }
  | { readonly status: 'refused'; readonly objections: readonly Objection[]; readonly refusal: Refusal };

/** The error that a run ends with. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export interface Objection {
  readonly kind: HeadKind;
  readonly reason: string;
}

/** Facts about a model file; does not load ONNX Runtime. A model of an unknown contract is a finding, not an error. Throws as readModelFile does. */
export async function probeModel(path: string): Promise<ModelProbe> {
  const { fileBytes, sha256, externalFiles, model, signature } = await readModelFile(path);
  return {
    path,
    fileBytes,
    sha256,
    externalFiles,
    irVersion: model.irVersion,
    producer: model.producer,
    opsets: Object.fromEntries(model.opsets),
    inputs: signature.inputs.map(withType),
    outputs: signature.outputs.map(withType),
    metadata: [...signature.metadata].map(([key, value]) => ({ key, value, from: model.metadata.get(key) === value ? 'model' : 'beside' })),
    verdict: judge(signature),
  };
}

function withType(tensor: TensorSignature): ProbedTensor {
  const known = Object.entries(onnx.DataType).find(([, number]) => number === tensor.dataType);
  return { ...tensor, type: known?.[0] ?? `type ${tensor.dataType}` };
}

function judge(signature: ModelSignature): ProbeVerdict {
  try {
    return { status: 'recognized', reading: withFacts(recognizeContract(signature), signature) };
  } catch (error) {
    if (!(error instanceof SelfpasteError)) throw error;
    const { code, message, hint } = errorFacts(error);
    const refusal = { code, message, hint };
    if (error.code === 'MODEL_AMBIGUOUS') return { status: 'ambiguous', readings: fitting(signature), refusal };
    return { status: 'refused', objections: error.code === 'MODEL_UNKNOWN_CONTRACT' ? objections(signature) : [], refusal };
  }
}

function withFacts({ contract, reasons }: Recognition, signature: ModelSignature): ProbeReading {
  return { contract, reasons, facts: contractFacts(contract, signature) };
}

const fitting = (signature: ModelSignature): readonly ProbeReading[] =>
  readAll(signature).flatMap((reading) => (reading.verdict === 'fits' ? [withFacts(reading, signature)] : []));

const objections = (signature: ModelSignature): readonly Objection[] =>
  readAll(signature).flatMap(({ kind, ...reading }) => (reading.verdict === 'other' ? [{ kind, reason: reading.reason }] : []));
