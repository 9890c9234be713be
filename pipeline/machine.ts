import { assign, fromPromise, type SnapshotFrom, setup } from 'xstate';
import type { ErrorFacts, ModelId } from '../core/index.ts';
import { errorFacts } from '../core/index.ts';

/** Rises whenever a persisted snapshot of an older machine could mean something else here. */
export const MACHINE_VERSION = 3;

/**
 * The run. Round 0 makes the first teacher: the given model, or a student trained on the labeled pictures.
 * Every later round labels, selects, trains, evaluates, and promotes the student or stops.
 * States invoke one named actor each; actors are idempotent, so a restored one runs again and finds what is done already.
 * The context is small and plain JSON: ids and scores, never data.
 */
export interface RunContext {
  readonly round: number;
  /** Self-training rounds after round 0; 0 where there is nothing to label. */
  readonly rounds: number;
  /** Whether a teacher was given, so that round 0 trains nothing. */
  readonly given: boolean;
  readonly teacher: ModelId | null;
  readonly teacherScore: number | null;
  /** The round's new model: trained, or in round 0 given. */
  readonly student: ModelId | null;
  readonly studentScore: number | null;
  readonly promoted: boolean;
  readonly failure: ErrorFacts | null;
}

export type RunInput = Pick<RunContext, 'rounds' | 'given'>;
export interface RoundInput {
  readonly round: number;
  readonly teacher: ModelId | null;
}
export interface StudentInput {
  readonly round: number;
  readonly student: ModelId;
}
export interface PromotionInput extends StudentInput {
  readonly studentScore: number | null;
  readonly teacherScore: number | null;
}

const undone = (): Promise<never> => Promise.reject(new Error('this machine was started without its stages'));
const roundInput = ({ context: { round, teacher } }: { context: RunContext }): RoundInput => ({ round, teacher });

export const machine = setup({
  types: { context: {} as RunContext, input: {} as RunInput },
  actors: {
    importData: fromPromise<void>(undone),
    adoptTeacher: fromPromise<ModelId, RoundInput>(undone),
    labelImages: fromPromise<void, RoundInput>(undone),
    selectLabels: fromPromise<void, RoundInput>(undone),
    trainStudent: fromPromise<ModelId, RoundInput>(undone),
    evaluateStudent: fromPromise<number | null, StudentInput>(undone),
    promoteStudent: fromPromise<boolean, PromotionInput>(undone),
  },
  actions: {
    recordFailure: assign({ failure: ({ event }) => errorFacts((event as unknown as { error: unknown }).error) }),
    nextRound: assign({ round: ({ context }) => context.round + 1, student: null, studentScore: null, promoted: false }),
  },
  guards: {
    teacherGiven: ({ context }) => context.given,
    lastRound: ({ context }) => context.round >= context.rounds,
    notPromoted: ({ context }) => !context.promoted,
  },
}).createMachine({
  id: 'run',
  context: ({ input }) => ({
    round: 0,
    rounds: input.rounds,
    given: input.given,
    teacher: null,
    teacherScore: null,
    student: null,
    studentScore: null,
    promoted: false,
    failure: null,
  }),
  initial: 'import',
  states: {
    import: {
      invoke: {
        src: 'importData',
        onDone: [{ guard: 'teacherGiven', target: 'adopt' }, { target: 'train' }],
        onError: { target: 'failed', actions: 'recordFailure' },
      },
    },
    adopt: {
      invoke: {
        src: 'adoptTeacher',
        input: roundInput,
        onDone: { target: 'evaluate', actions: assign({ student: ({ event }) => event.output }) },
        onError: { target: 'failed', actions: 'recordFailure' },
      },
    },
    label: {
      invoke: {
        src: 'labelImages',
        input: roundInput,
        onDone: { target: 'select' },
        onError: { target: 'failed', actions: 'recordFailure' },
      },
    },
    select: {
      invoke: {
        src: 'selectLabels',
        input: roundInput,
        onDone: { target: 'train' },
        onError: { target: 'failed', actions: 'recordFailure' },
      },
    },
    train: {
      invoke: {
        src: 'trainStudent',
        input: roundInput,
        onDone: { target: 'evaluate', actions: assign({ student: ({ event }) => event.output }) },
        onError: { target: 'failed', actions: 'recordFailure' },
      },
    },
    evaluate: {
      invoke: {
        src: 'evaluateStudent',
        input: ({ context }) => ({ round: context.round, student: context.student as ModelId }),
        onDone: { target: 'promote', actions: assign({ studentScore: ({ event }) => event.output }) },
        onError: { target: 'failed', actions: 'recordFailure' },
      },
    },
    promote: {
      invoke: {
        src: 'promoteStudent',
        input: ({ context: { round, student, studentScore, teacherScore } }) => ({
          round,
          student: student as ModelId,
          studentScore,
          teacherScore,
        }),
        onDone: {
          target: 'decide',
          actions: assign(({ context, event }) =>
            event.output ? { promoted: true, teacher: context.student, teacherScore: context.studentScore } : { promoted: false },
          ),
        },
        onError: { target: 'failed', actions: 'recordFailure' },
      },
    },
    decide: {
      always: [
        { guard: 'lastRound', target: 'finished' },
        { guard: 'notPromoted', target: 'finished' },
        { target: 'label', actions: 'nextRound' },
      ],
    },
    finished: { type: 'final' },
    failed: { type: 'final' },
  },
});

export type RunSnapshot = SnapshotFrom<typeof machine>;
/** What the machine is doing within a round. */
export type Stage = 'import' | 'adopt' | 'label' | 'select' | 'train' | 'evaluate' | 'promote';
