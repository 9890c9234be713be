import { Kernel } from './kernel.ts';

/** What `kernels/loss.ts` exports; it says what the numbers mean. */
interface LossFunctions {
  backgroundLoss(logits: number, count: number, weight: number, gradients: number): number;
  distributions(rows: number, count: number, bins: number, means: number): void;
  maskLoss(
    cells: number,
    targets: number,
    count: number,
    coefficients: number,
    prototypes: number,
    channels: number,
    weight: number,
    work: number,
    coefficientGradient: number,
    prototypeGradient: number,
  ): number;
}

/** One a thread, made when it is first needed; each use of it lays its memory out anew. */
export function lossKernel(): Kernel<LossFunctions> {
  kernel ??= new Kernel<LossFunctions>('loss');
  return kernel;
}

let kernel: Kernel<LossFunctions> | undefined;
