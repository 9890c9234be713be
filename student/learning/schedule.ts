/** How the learning rate goes down after its warm-up. */
export type Schedule =
  /** Half a cosine down to a hundredth (Loshchilov and Hutter, SGDR). */
  | { readonly kind: 'cosine' }
  /** Times `factor` at each share 0..1 of the steps; the paper's is a tenth at 0.9, 0.95 and 0.975 (section 4.1). */
  | { readonly kind: 'step'; readonly at: readonly number[]; readonly factor: number };

export interface ScheduleSettings {
  readonly steps: number;
  /** Steps over which the rate rises linearly. */
  readonly warmupSteps: number;
  readonly schedule: Schedule;
}

/** Factor 0..1 of the learning rate at a step, which counts from 0. */
export function learningRateFactor(step: number, { steps, warmupSteps, schedule }: ScheduleSettings): number {
  if (step < warmupSteps) return (step + 1) / warmupSteps;
  if (schedule.kind === 'step') return schedule.factor ** schedule.at.filter((share) => step >= share * steps).length;
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  return 0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * progress));
}

/** A weight's share 0..1 that rises linearly over its first steps: 0 at step 0, 1 from `warmupSteps` on. */
export const rampUp = (step: number, warmupSteps: number): number => (step >= warmupSteps ? 1 : step / warmupSteps);

/** Share of a moving average that stays at an update, which count from 0: less at the first ones, when there is little to keep. */
export const keptShare = (decay: number, update: number): number => Math.min(decay, (1 + update) / (10 + update));
