/** What the four cells may spend, in optimizer updates; all at the same batch size. */
export interface Budget {
  /** Of a student without self-training. */
  readonly aloneSteps: number;
  /** Of a teacher. Where it is `aloneSteps`, the cells without self-training are the teachers of those with it. */
  readonly teacherSteps: number;
  /** Of a student with self-training. */
  readonly taughtSteps: number;
  /** What a student with self-training starts from. */
  readonly taughtInit: 'random' | 'teacher';
}

/**
 * Equal budgets: every student takes the same number of steps from random weights, about six minutes on two cores.
 * (The other fair definition is an equal total: teacherSteps + taughtSteps = aloneSteps, with taughtInit `teacher`.)
 */
export const EQUAL_BUDGET: Budget = { aloneSteps: 500, teacherSteps: 500, taughtSteps: 500, taughtInit: 'random' };
