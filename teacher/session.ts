import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { badValue, type RgbImage, SelfpasteError } from '../core/index.ts';
import type { Contract } from './contract.ts';
import { decodeYoloSeg, type OutputTensor } from './contracts/yolo-seg-decoder.ts';
import { fitLetterbox, paintLetterbox } from './letterbox.ts';
import { readModelFile } from './model-file.ts';
import { recognizeContract } from './recognition.ts';
import type { Detection, Teacher, TeacherSettings } from './teacher.ts';

type OnnxRuntime = typeof import('onnxruntime-node');

/** The contract of a model file, without loading ONNX Runtime. Throws as readModelFile and recognizeContract do. */
export async function readContract(path: string): Promise<Contract> {
  return recognizeContract((await readModelFile(path)).signature).contract;
}

/**
 * Opens an ONNX model as a teacher; loads ONNX Runtime, so not for the orchestrator.
 * Throws as {@link readContract} does, MODEL_REFUSED where ONNX Runtime cannot load the model, ENVIRONMENT_NO_ONNXRUNTIME.
 */
export async function openTeacher(path: string, settings: TeacherSettings): Promise<Teacher> {
  const contract = await readContract(path);
  const runtime = await loadRuntime(() => import('onnxruntime-node'));
  return new OnnxTeacher(path, contract, settings, runtime, await createSession(runtime, path, settings.threads));
}

/** Native code may be absent or broken on a machine where everything else works. */
export async function loadRuntime(load: () => Promise<OnnxRuntime>): Promise<OnnxRuntime> {
  try {
    return await load();
  } catch (cause) {
    const message = `ONNX Runtime (onnxruntime-node) does not load: ${messageOf(cause)}`;
    throw new SelfpasteError('ENVIRONMENT_NO_ONNXRUNTIME', message, 'run `selfpaste doctor`, which says how to mend it', cause);
  }
}

async function createSession(runtime: OnnxRuntime, path: string, threads: number): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(path, {
      executionProviders: ['cpu'],
      // Otherwise every session takes all physical cores.
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
  } catch (cause) {
    const message = `ONNX Runtime refuses the model ${path}: ${messageOf(cause)}`;
    throw new SelfpasteError('MODEL_REFUSED', message, 'export the model with standard ONNX operators only, or with a lower opset', cause);
  }
}

class OnnxTeacher implements Teacher {
  readonly contract: Contract;
  readonly #path: string;
  readonly #settings: TeacherSettings;
  readonly #runtime: OnnxRuntime;
  readonly #session: InferenceSession;
  /** One input for all pictures: 5 MB a picture would keep the collector busy. So pictures take turns. */
  readonly #input: Float32Array;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(path: string, contract: Contract, settings: TeacherSettings, runtime: OnnxRuntime, session: InferenceSession) {
    this.contract = contract;
    this.#path = path;
    this.#settings = settings;
    this.#runtime = runtime;
    this.#session = session;
    this.#input = new Float32Array(3 * contract.inputSize.width * contract.inputSize.height);
  }

  get classNames(): readonly string[] {
    return this.contract.classNames;
  }

  detect(image: RgbImage): Promise<readonly Detection[]> {
    if (this.#closed) return Promise.reject(badValue('teacher', 'an open teacher', 'a closed one'));
    return this.#queue(() => this.#detect(image));
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

  async #detect(image: RgbImage): Promise<readonly Detection[]> {
    const letterbox = fitLetterbox(image.size, this.contract.inputSize);
    paintLetterbox(image, letterbox, this.contract.pad, this.#input);
    return decodeYoloSeg(this.contract, await this.#run(), letterbox, this.#settings);
  }

  async #run(): Promise<ReadonlyMap<string, OutputTensor>> {
    const { inputName, inputSize, detectionsName, prototypesName } = this.contract;
    const input = new this.#runtime.Tensor('float32', this.#input, [1, 3, inputSize.height, inputSize.width]);
    try {
      const outputs = await this.#session.run({ [inputName]: input }, [detectionsName, prototypesName]);
      return new Map(Object.entries(outputs).map(([name, tensor]) => [name, asOutput(tensor)]));
    } catch (cause) {
      const message = `ONNX Runtime cannot run the model ${this.#path}: ${messageOf(cause)}`;
      throw new SelfpasteError(
        'MODEL_RUN_FAILED',
        message,
        `check that the model takes an input of [1, 3, ${inputSize.height}, ${inputSize.width}]`,
        cause,
      );
    }
  }
}

/** The contract has checked that outputs are float32. */
const asOutput = ({ dims, data }: Tensor): OutputTensor => ({ dims, data: data as Float32Array });

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
