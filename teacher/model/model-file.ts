import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { expectation, onnx, SelfpasteError, type Sha256, sha256 } from '../../core/index.ts';
import { type ModelSignature, showTensor, type TensorSignature } from '../contract.ts';
import { overrideKeys } from '../contract-overrides.ts';
import { type ExternalFile, findExternalFiles } from './external-data.ts';
import { refuseForeignOperators } from './foreign-operators.ts';

export interface ModelFile {
  readonly path: string;
  readonly fileBytes: number;
  /** Of the file itself, without its external files. */
  readonly sha256: Sha256;
  readonly model: onnx.Model;
  readonly signature: ModelSignature;
  /** Weights that lie beside the file. */
  readonly externalFiles: readonly ExternalFile[];
}

/** Protobuf's own limit, and that of ONNX Runtime: larger models keep their weights in files beside them. */
export const MAX_MODEL_BYTES = 2 ** 31 - 1;
const MAX_SIDECAR_BYTES = 2 ** 20;
/** Numbers in one input or output, 1 GiB as float32: a picture of 9000x9000. */
const MAX_ELEMENTS = 2 ** 28;

/**
 * Reads an ONNX file without ONNX Runtime. What `NAME.contract.json` beside `NAME.onnx` states wins over the file's own metadata.
 * The file is not trusted: whatever it holds, this ends with a model or with one of these errors.
 * Throws MODEL_MISSING, MODEL_TOO_LARGE, MODEL_NOT_ONNX, MODEL_FOREIGN_OPERATORS, MODEL_EXTERNAL_DATA, MODEL_BAD_SIDECAR.
 */
export async function readModelFile(path: string): Promise<ModelFile> {
  const bytes = await readBytes(path);
  const { model, survey } = decode(path, bytes);
  refuseForeignOperators(path, survey);
  const externalFiles = await findExternalFiles(path, survey.externalLocations);
  const { inputs, outputs, initializers } = model.graph;
  const weights = new Set(initializers.map(({ name }) => name));
  const signature = {
    // IR versions below 4 list the weights among the inputs.
    inputs: inputs.filter(({ name }) => !weights.has(name)),
    outputs,
    metadata: new Map([...model.metadata, ...(await readSidecar(path))]),
  };
  for (const tensor of [...signature.inputs, ...outputs]) refuseHuge(path, tensor);
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { path, fileBytes: bytes.length, sha256: sha256(hash), model, signature, externalFiles };
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    await checkFile(path);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof SelfpasteError) throw cause;
    throw missing(path, codeOf(cause), cause);
  }
}

/** Asked before opening: a pipe or a device would block for ever. */
async function checkFile(path: string): Promise<void> {
  const entry = await stat(path);
  if (!entry.isFile()) throw missing(path, entry.isDirectory() ? 'EISDIR' : 'it is a pipe or a device');
  if (entry.size > MAX_MODEL_BYTES)
    throw new SelfpasteError(
      'MODEL_TOO_LARGE',
      `Expected a model of at most ${MAX_MODEL_BYTES} bytes for ${path}, got ${entry.size}`,
      'export it with its weights in a file beside it (external data), or use a smaller model',
    );
}

function missing(path: string, why: string, cause?: unknown): SelfpasteError {
  const message = `${expectation('the model', 'a readable ONNX file', path)}: ${why}`;
  return new SelfpasteError('MODEL_MISSING', message, 'check the path of the model, and that you may read it', cause);
}

function refuseHuge(path: string, tensor: TensorSignature): void {
  const elements = tensor.shape.reduce<number>((product, length) => product * (typeof length === 'number' ? length : 1), 1);
  if (elements <= MAX_ELEMENTS) return;
  throw new SelfpasteError(
    'MODEL_TOO_LARGE',
    `Expected inputs and outputs of at most ${MAX_ELEMENTS} numbers in ${path}, got ${showTensor(tensor)}`,
    'export the model with a smaller input',
  );
}

function decode(path: string, bytes: Uint8Array): { readonly model: onnx.Model; readonly survey: onnx.ModelSurvey } {
  try {
    return { model: onnx.decodeModel(bytes), survey: onnx.surveyModel(bytes) };
  } catch (cause) {
    if (!(cause instanceof SelfpasteError)) throw cause;
    throw new SelfpasteError(cause.code, `${path}: ${cause.message}`, cause.hint, cause);
  }
}

/** Keys as in Ultralytics' metadata; values may be written as JSON instead of text. */
const sidecarSchema = z.record(z.string(), z.json());

/** The file beside a model that states or corrects its metadata. */
export const sidecarOf = (modelPath: string): string => `${modelPath.replace(/\.onnx$/i, '')}.contract.json`;

async function readSidecar(modelPath: string): Promise<readonly (readonly [string, string])[]> {
  const path = sidecarOf(modelPath);
  const text = await readSidecarText(path);
  if (text === null) return [];
  const entries = Object.entries(parseSidecar(path, text));
  for (const [key] of entries)
    if (!overrideKeys.includes(key))
      throw badSidecar(path, `it states ${JSON.stringify(key)}, and may state ${overrideKeys.join(', ')}`, null);
  return entries.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]);
}

async function readSidecarText(path: string): Promise<string | null> {
  try {
    const entry = await stat(path);
    if (!entry.isFile()) throw badSidecar(path, entry.isDirectory() ? 'EISDIR' : 'it is a pipe or a device', null);
    if (entry.size > MAX_SIDECAR_BYTES) throw badSidecar(path, `it has ${entry.size} bytes, more than ${MAX_SIDECAR_BYTES}`, null);
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof SelfpasteError) throw cause;
    if (codeOf(cause) === 'ENOENT') return null;
    throw badSidecar(path, codeOf(cause), cause);
  }
}

function parseSidecar(path: string, text: string): z.infer<typeof sidecarSchema> {
  try {
    return sidecarSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw badSidecar(path, cause instanceof SyntaxError ? cause.message : 'it is not an object', cause);
  }
}

function badSidecar(path: string, why: string, cause: unknown): SelfpasteError {
  const message = `${expectation('the contract beside the model', 'a JSON object', path)}: ${why}`;
  return new SelfpasteError(
    'MODEL_BAD_SIDECAR',
    message,
    'write it as {"names": ["cat", "dog"], "imgsz": [640, 640]}, or remove it',
    cause,
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
