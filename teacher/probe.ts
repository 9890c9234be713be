import { errorFacts, type RgbImage, SelfpasteError, type Sha256 } from '../core/index.ts';
import type { ModelSignature, TensorSignature } from './contract.ts';
import { readModelFile } from './model-file.ts';
import { type Recognition, recognizeContract } from './recognition.ts';
import { openTeacher } from './session.ts';
import type { Detection, TeacherSettings } from './teacher.ts';

/** Everything that can be said about a model file. */
export interface ModelProbe {
  readonly path: string;
  readonly fileBytes: number;
  readonly sha256: Sha256;
  readonly irVersion: number;
  readonly producer: string;
  /** Version of each operator set by domain; '' is ONNX's own. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
  readonly metadataKeys: readonly string[];
  readonly verdict: ProbeVerdict;
  readonly trial: ProbeTrial;
}

/** Which contract the model follows, why, and what had to be assumed because no file says it; or why none fits. */
export type ProbeVerdict =
  | ({ readonly known: true; readonly assumptions: readonly string[] } & Recognition)
  | { readonly known: false; readonly code: string; readonly message: string; readonly hint: string };

/** What the model sees in one picture. */
export type ProbeTrial =
  | { readonly run: false }
  | { readonly run: true; readonly settings: TeacherSettings; readonly detections: readonly Detection[]; readonly detectMs: number };

const trialSettings: TeacherSettings = { floor: 0.25, nmsIou: 0.7, maxDetections: 300, threads: 2 };

/**
 * Facts about a model file, and with a picture also what the model sees in it (this loads ONNX Runtime).
 * A model of an unknown contract is a finding, not an error. Throws MODEL_MISSING, MODEL_NOT_ONNX, MODEL_BAD_SIDECAR; with a picture
 * also what opening and running a teacher throw.
 */
export async function probeModel(path: string, image?: RgbImage): Promise<ModelProbe> {
  const { fileBytes, sha256, model, signature } = await readModelFile(path);
  const verdict = judge(signature);
  return {
    path,
    fileBytes,
    sha256,
    irVersion: model.irVersion,
    producer: model.producer,
    opsets: Object.fromEntries(model.opsets),
    inputs: signature.inputs,
    outputs: signature.outputs,
    metadataKeys: [...signature.metadata.keys()],
    verdict,
    trial: image !== undefined && verdict.known ? await tryOut(path, image) : { run: false },
  };
}

function judge(signature: ModelSignature): ProbeVerdict {
  try {
    const recognition = recognizeContract(signature);
    return { known: true, ...recognition, assumptions: assumptionsOf(recognition) };
  } catch (error) {
    if (!(error instanceof SelfpasteError)) throw error;
    const { code, message, hint } = errorFacts(error);
    return { known: false, code, message, hint };
  }
}

/** An ONNX file says nothing of these; the contract does, for every model of its family. */
function assumptionsOf({ contract }: Recognition): readonly string[] {
  return [
    `colour: ${contract.color.toUpperCase()}, not BGR`,
    `range: ${contract.range} (levels divided by 255), no mean and deviation`,
    `resize: ${contract.resize} to ${contract.inputSize.width}x${contract.inputSize.height}, centred, bilinear, grey ${contract.pad} around it`,
    'scores are probabilities already; mask values are logits',
  ];
}

async function tryOut(path: string, image: RgbImage): Promise<ProbeTrial> {
  const teacher = await openTeacher(path, trialSettings);
  try {
    const start = performance.now();
    const detections = await teacher.detect(image);
    return { run: true, settings: trialSettings, detections, detectMs: performance.now() - start };
  } finally {
    await teacher.close();
  }
}
