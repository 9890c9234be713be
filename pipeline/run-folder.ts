import { join } from 'node:path';

/** Where everything of a run lies. */
export interface RunFolder {
  readonly path: string;
  readonly database: string;
  readonly models: string;
  /** Copy of the best model so far. */
  readonly best: string;
  readonly trainingSet: (round: number) => string;
  readonly student: (round: number) => string;
  /** The student before training: its graph and initial weights. */
  readonly initialStudent: (round: number) => string;
  readonly checkpoints: (round: number) => string;
}

export function runFolder(path: string): RunFolder {
  return {
    path,
    database: join(path, 'selfpaste.db'),
    models: join(path, 'models'),
    best: join(path, 'models', 'best.onnx'),
    trainingSet: (round) => join(path, 'rounds', `round-${round}-training-set.json`),
    student: (round) => join(path, 'models', `round-${round}-student.onnx`),
    initialStudent: (round) => join(path, 'rounds', `round-${round}-initial.onnx`),
    checkpoints: (round) => join(path, 'checkpoints', `round-${round}`),
  };
}
