import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { expectation, onnx, SelfpasteError, type Sha256, sha256 } from '../core/index.ts';
import type { ModelSignature } from './contract.ts';

export interface ModelFile {
  readonly path: string;
  readonly fileBytes: number;
  readonly sha256: Sha256;
  readonly model: onnx.Model;
  readonly signature: ModelSignature;
}

/**
 * Reads an ONNX file without ONNX Runtime. What `NAME.contract.json` beside `NAME.onnx` states wins over the file's own metadata.
 * Throws MODEL_MISSING, MODEL_NOT_ONNX, MODEL_BAD_SIDECAR.
 */
export async function readModelFile(path: string): Promise<ModelFile> {
  const bytes = await readBytes(path);
  const model = decode(path, bytes);
  const { inputs, outputs, initializers } = model.graph;
  const weights = new Set(initializers.map(({ name }) => name));
  return {
    path,
    fileBytes: bytes.length,
    sha256: sha256(createHash('sha256').update(bytes).digest('hex')),
    model,
    signature: {
      // IR versions below 4 list the weights among the inputs.
      inputs: inputs.filter(({ name }) => !weights.has(name)),
      outputs,
      metadata: new Map([...model.metadata, ...(await readSidecar(path))]),
    },
  };
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const message = `${expectation('the model', 'a readable ONNX file', path)}: ${codeOf(cause)}`;
    throw new SelfpasteError('MODEL_MISSING', message, 'check the path of the model, and that you may read it', cause);
  }
}

function decode(path: string, bytes: Uint8Array): onnx.Model {
  try {
    return onnx.decodeModel(bytes);
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
  const text = await readFile(path, 'utf8').catch((cause) => {
    if (codeOf(cause) === 'ENOENT') return null;
    throw badSidecar(path, codeOf(cause), cause);
  });
  if (text === null) return [];
  const entries = Object.entries(parseSidecar(path, text));
  return entries.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]);
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
