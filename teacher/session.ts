import process from 'node:process';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { badValue, type RgbImage, SelfpasteError } from '../core/index.ts';
import { type Contract, outputNames } from './contract.ts';
import { decode } from './decoding.ts';
import { type InputPlacement, placeInput } from './input/input-placement.ts';
import { InputTensors } from './input/input-tensors.ts';
import { readModelFile } from './model/model-file.ts';
import { OutputTensors } from './output/output-tensors.ts';
import { asOutput, type Outputs, type OutputTensor, outputsOfPicture } from './output/outputs.ts';
import { recognizeContract } from './recognition.ts';
import { createSession, loadRuntime, type OnnxRuntime } from './runtime.ts';
import type { Detection, Teacher, TeacherSettings } from './teacher.ts';

/** The contract of a model file, without loading ONNX Runtime. Throws as readModelFile and recognizeContract do. */
export async function readContract(path: string): Promise<Contract> {
  return recognizeContract((await readModelFile(path)).signature).contract;
}

/**
 * Opens an ONNX model as a teacher; loads ONNX Runtime, so not for the orchestrator.
 * Throws as {@link readContract} does, MODEL_REFUSED where ONNX Runtime cannot load the model, ENVIRONMENT_NO_ONNXRUNTIME.
 * @param tell is told where something else runs the model than was asked for; a warning of the process unless given
 */
export async function openTeacher(
  path: string,
  settings: TeacherSettings,
  tell: (note: string) => void = (note) => process.emitWarning(note),
): Promise<Teacher> {
  const contract = await readContract(path);
  const runtime = await loadRuntime();
  // Plans for many sizes would pile up.
  const memoryPattern = settings.memoryPattern ?? 'size' in contract.input.fit;
  const session = await createSession(runtime, path, { ...settings, memoryPattern }, tell);
  return new OnnxTeacher(path, contract, settings, runtime, session);
}

class OnnxTeacher implements Teacher {
  readonly contract: Contract;
  readonly #path: string;
  readonly #settings: TeacherSettings;
  readonly #session: InferenceSession;
  /** Kept from run to run, so pictures take turns. */
  readonly #inputs: InputTensors;
  readonly #outputs: OutputTensors;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(path: string, contract: Contract, settings: TeacherSettings, runtime: OnnxRuntime, session: InferenceSession) {
    this.contract = contract;
    this.#path = path;
    this.#settings = settings;
    this.#session = session;
    this.#inputs = new InputTensors(runtime, contract.input);
    this.#outputs = new OutputTensors(session, outputNames(contract.head));
  }

  get classNames(): readonly (string | null)[] {
    return this.contract.classNames;
  }

  async detect(image: RgbImage): Promise<readonly Detection[]> {
    const [detections] = await this.detectBatch([image]);
    return detections;
  }

  detectBatch(images: readonly RgbImage[]): Promise<readonly (readonly Detection[])[]> {
    if (this.#closed) return Promise.reject(badValue('teacher', 'an open teacher', 'a closed one'));
    return this.#queue(async () => {
      const found: (readonly Detection[])[] = [];
      for (const run of this.#runs(images)) found.push(...(await this.#detect(run)));
      return found;
    });
  }

  close(): Promise<void> {
    if (this.#closed) return this.#queue(async () => undefined);
    this.#closed = true;
    return this.#queue(() => this.#session.release());
  }

  #queue<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Pictures that share a run: as many as the model takes, where all become the same size. */
  #runs(images: readonly RgbImage[]): readonly (readonly RgbImage[])[] {
    const { batch, fit } = this.contract.input;
    const together = 'size' in fit ? (batch ?? images.length) : 1;
    return Array.from({ length: Math.ceil(images.length / together) }, (_, run) => images.slice(run * together, (run + 1) * together));
  }

  async #detect(images: readonly RgbImage[]): Promise<readonly (readonly Detection[])[]> {
    const { input } = this.contract;
    const placements = images.map(({ size }) => placeInput(size, input.fit));
    const count = input.batch ?? images.length;
    const outputs = await this.#run(this.#inputs.paint(images, placements, count));
    return placements.map((placement, at) => this.#decode(outputsOfPicture(outputs, at, count), placement));
  }

  #decode(outputs: Outputs, placement: InputPlacement): readonly Detection[] {
    try {
      return decode(this.contract, outputs, placement, this.#settings);
    } catch (cause) {
      throw this.#named(cause);
    }
  }

  async #run(feeds: Readonly<Record<string, Tensor>>): Promise<ReadonlyMap<string, OutputTensor>> {
    try {
      const outputs = await this.#outputs.run(feeds);
      return new Map(Object.entries(outputs).map(([name, tensor]) => [name, asOutput(name, tensor)]));
    } catch (cause) {
      if (cause instanceof SelfpasteError) throw this.#named(cause);
      const message = `ONNX Runtime cannot run the model ${this.#path}: ${cause instanceof Error ? cause.message : String(cause)}`;
      const dims = feeds[this.contract.input.name].dims.join(', ');
      throw new SelfpasteError('MODEL_RUN_FAILED', message, `check that the model takes an input of [${dims}]`, cause);
    }
  }

  /** An objection to what the model answers, with the model's name before it. */
  #named(cause: unknown): unknown {
    if (!(cause instanceof SelfpasteError)) return cause;
    return new SelfpasteError(cause.code, `${this.#path}: ${cause.message}`, cause.hint, cause);
  }
}
