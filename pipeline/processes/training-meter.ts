import type { DropCounts, SampleBatch } from '../../augment/index.ts';
import type { StepReport } from '../../student/index.ts';
import type { TrainingProgress } from './messages.ts';

/** One step: what it did, on what, and how long it took. */
export interface MeteredStep {
  readonly report: StepReport;
  readonly batch: BatchFacts;
  readonly waitMs: number;
  readonly stepMs: number;
}

/** What a batch held, without its pixels. */
export interface BatchFacts {
  readonly pictures: number;
  readonly objects: number;
  readonly dropped: DropCounts;
}

export const factsOf = ({ samples, dropped }: SampleBatch): BatchFacts => ({
  pictures: samples.length,
  objects: samples.reduce((sum, { instances }) => sum + instances.length, 0),
  dropped,
});

/** A report about twice a second: often enough to look alive, seldom enough to cost nothing. */
const REPORT_MS = 500;

/** Means of what the steps say, between two reports. */
export class TrainingMeter {
  #steps: MeteredStep[] = [];
  #lastMs = performance.now();

  add(step: MeteredStep): void {
    this.#steps.push(step);
  }

  due(last: boolean): boolean {
    return last || performance.now() - this.#lastMs >= REPORT_MS;
  }

  /** Of one step or more. */
  take(): TrainingProgress {
    const steps = this.#steps;
    this.#steps = [];
    this.#lastMs = performance.now();
    return progressOf(steps);
  }
}

function progressOf(steps: readonly MeteredStep[]): TrainingProgress {
  const mean = (pick: (step: MeteredStep) => number) => total(steps, pick) / steps.length;
  // The loss of a step that was left out is not finite.
  const applied = steps.filter(({ report }) => report.applied);
  const learned = (pick: (report: StepReport) => number | null) => meanOfPresent(applied.map(({ report }) => pick(report)));
  const aPicture = (pick: (batch: BatchFacts) => number) =>
    total(steps, ({ batch }) => pick(batch)) / total(steps, ({ batch }) => batch.pictures);
  return {
    step: (steps.at(-1)?.report.step ?? -1) + 1,
    loss: learned(({ loss }) => loss),
    supLoss: learned(({ supLoss }) => supLoss),
    unsupLoss: learned(({ unsupLoss }) => unsupLoss),
    classLoss: learned(({ classLoss }) => classLoss),
    boxLoss: learned(({ boxLoss }) => boxLoss),
    dflLoss: learned(({ dflLoss }) => dflLoss),
    maskLoss: learned(({ maskLoss }) => maskLoss),
    gradientNorm: learned(({ gradientNorm }) => gradientNorm),
    learningRate: learned(({ learningRate }) => learningRate),
    stepMs: mean(({ stepMs }) => stepMs),
    waitMs: mean(({ waitMs }) => waitMs),
    skippedSteps: steps.length - applied.length,
    objects: aPicture(({ objects }) => objects),
    droppedOutside: aPicture(({ dropped }) => dropped.outside),
    droppedTooSmall: aPicture(({ dropped }) => dropped['too-small']),
    droppedOccluded: aPicture(({ dropped }) => dropped.occluded),
    droppedOverLimit: aPicture(({ dropped }) => dropped['over-limit']),
  };
}

const total = (steps: readonly MeteredStep[], pick: (step: MeteredStep) => number): number =>
  steps.reduce((sum, step) => sum + pick(step), 0);

/** Null where no step has the part, as the loss of pseudo-labels in round 0. */
function meanOfPresent(values: readonly (number | null)[]): number | null {
  const present = values.filter((value) => value !== null);
  return present.length === 0 ? null : present.reduce((sum, value) => sum + value, 0) / present.length;
}
