import type { Subset } from '../../db/index.ts';

/** What the files of a run are made of. */
export interface DiskFacts {
  /** That of the imported data. */
  readonly databaseBytes: number;
  readonly pictures: Readonly<Record<Subset, number>>;
  readonly rounds: { readonly trained: number; readonly labeled: number };
  readonly predictionsPerPicture: number;
  readonly modelBytes: number;
  /** Of the given teacher; 0 without one. */
  readonly givenBytes: number;
  readonly checkpointBytes: number;
  /** Training set of the labeled pictures alone, and how many labels it has. */
  readonly trainingSetBytes: number;
  readonly labels: number;
  /** Whether students are measured while they are trained. */
  readonly validates: boolean;
}

/** What a run's folder grows to. */
export interface DiskEstimate {
  /** With its write-ahead log. */
  readonly databaseBytes: number;
  readonly modelBytes: number;
  readonly checkpointBytes: number;
  /** Training sets and charts. */
  readonly otherBytes: number;
  readonly neededBytes: number;
}

/** Of a prediction beside its mask: its row, what was decided about it, what is compared of it, and their indexes. */
const PREDICTION_BYTES = 390;
/** Of a picture that is labeled or measured, beside its predictions. */
const PICTURE_BYTES = 300;
/** The longest that the write-ahead log of the database becomes. */
const LOG_BYTES = 33e6;
/** What a round begins with, and what it hands on. */
const MODELS_A_ROUND = 2;
/** Of the round that is trained: the newest two checkpoints and the one that is being written; the last model. */
const WHILE_TRAINED = { checkpoints: 3, models: 1 } as const;
/** The best of those that were measured, and the model that is to be measured next. */
const WHILE_MEASURED = { checkpoints: 4, models: 3 } as const;
const CHART_BYTES = 100_000;
/** Of the predictions, those that are labels of a training set, or ignored there. */
const SELECTED_SHARE = 0.5;

export function estimateDisk(facts: DiskFacts): DiskEstimate {
  const { pictures, rounds } = facts;
  const labelBytes = facts.trainingSetBytes / Math.max(1, facts.labels);
  const predictions = rounds.labeled * pictures.unlabeled * facts.predictionsPerPicture;
  const looks = rounds.labeled * pictures.unlabeled + (rounds.trained + 1) * pictures.validation;
  const databaseBytes = LOG_BYTES + facts.databaseBytes + PICTURE_BYTES * looks + (PREDICTION_BYTES + labelBytes) * predictions;
  const beside = facts.validates ? WHILE_MEASURED : WHILE_TRAINED;
  const bestBytes = Math.max(facts.givenBytes, rounds.trained === 0 ? 0 : facts.modelBytes);
  const trainedBytes = rounds.trained === 0 ? 0 : facts.modelBytes * (MODELS_A_ROUND * rounds.trained + beside.models);
  const modelBytes = bestBytes + trainedBytes;
  const checkpointBytes = rounds.trained === 0 ? 0 : facts.checkpointBytes * beside.checkpoints;
  const otherBytes = rounds.trained * (facts.trainingSetBytes + CHART_BYTES) + SELECTED_SHARE * labelBytes * predictions;
  return {
    ...{ databaseBytes, modelBytes, checkpointBytes, otherBytes },
    neededBytes: databaseBytes + modelBytes + checkpointBytes + otherBytes,
  };
}
