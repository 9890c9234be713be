/** What the four cells may spend, in optimizer updates; all at the same batch size. */
export interface Budget {
  /** Of a student without self-training. */
  readonly aloneSteps: number;
  /** Of a teacher. Where it is `aloneSteps`, the cells without self-training are the teachers of those with it. */
  readonly teacherSteps: number;
  /** Of a student with self-training. */
  readonly taughtSteps: number;
}

/** Equal budgets: every student takes the same number of steps from the same weights, about six minutes on two cores. */
export const EQUAL_BUDGET: Budget = { aloneSteps: 750, teacherSteps: 750, taughtSteps: 750 };
