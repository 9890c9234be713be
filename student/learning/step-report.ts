import { type LossNumbers, type LossReport, type LossWeights, mixed, weightedSum } from './head-losses.ts';

/** What one step did. Losses are those before the update. */
export interface StepReport extends StepLosses {
  readonly step: number;
  /** Of the whole gradient, before clipping. */
  readonly gradientNorm: number;
  readonly learningRate: number;
  /** False where the loss was not finite and the step was left out. */
  readonly applied: boolean;
}

export interface StepLosses {
  /** What was minimised: the next two, by their parts' weights. */
  readonly loss: number;
  /** Of the labeled pictures, and of the pseudo-labeled ones; null where the batch held none. */
  readonly supLoss: number | null;
  readonly unsupLoss: number | null;
  /** Parts of `loss`, before their own weights. */
  readonly classLoss: number;
  readonly boxLoss: number;
  readonly dflLoss: number;
  readonly maskLoss: number;
}

/** Means over a step's micro-batches. */
export function meanReport(reports: readonly LossReport[], weights: LossWeights): StepLosses {
  const all = reports.map((report) => stepLosses(report, weights));
  const mean = (pick: (losses: StepLosses) => number) => all.reduce((sum, losses) => sum + pick(losses), 0) / all.length;
  const meanOfPresent = (pick: (losses: StepLosses) => number | null) => {
    const present = all.map(pick).filter((value) => value !== null);
    return present.length === 0 ? null : present.reduce((sum, value) => sum + value, 0) / present.length;
  };
  return {
    loss: mean(({ loss }) => loss),
    supLoss: meanOfPresent(({ supLoss }) => supLoss),
    unsupLoss: meanOfPresent(({ unsupLoss }) => unsupLoss),
    classLoss: mean(({ classLoss }) => classLoss),
    boxLoss: mean(({ boxLoss }) => boxLoss),
    dflLoss: mean(({ dflLoss }) => dflLoss),
    maskLoss: mean(({ maskLoss }) => maskLoss),
  };
}

function stepLosses(report: LossReport, weights: LossWeights): StepLosses {
  const ofBoth = (part: (numbers: LossNumbers) => number) => mixed(report, weights, part);
  const { labeled, pseudo } = report;
  return {
    loss: ofBoth((numbers) => weightedSum(numbers, weights)),
    supLoss: labeled && weightedSum(labeled, weights),
    unsupLoss: pseudo && weightedSum(pseudo, weights),
    classLoss: ofBoth(({ classes }) => classes),
    boxLoss: ofBoth(({ box }) => box),
    dflLoss: ofBoth(({ dfl }) => dfl),
    maskLoss: ofBoth(({ mask }) => mask),
  };
}
