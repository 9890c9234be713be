import { assign, fromPromise, type SnapshotFrom, setup } from 'xstate';
import type { ErrorFacts, ModelId } from '../../core/index.ts';
import { errorFacts } from '../../core/index.ts';
import { mayPass, nextRetry, type Retry } from './retry.ts';

/** Rises whenever a stored state of an older machine could mean something else here; `machine-state.ts` brings older ones forward. */
export const MACHINE_VERSION = 4;

/** What the machine does within a round, each with one actor. */
export const STAGES = ['import', 'adopt', 'label', 'select', 'train', 'evaluate', 'promote'] as const;
export type Stage = (typeof STAGES)[number];
/** Where the machine goes on: with a stage, or with the decision after a round. */
export type Place = Stage | 'decide';

/** What of the settings decides the way. */
export interface RunSettings {
  /** Self-training rounds after round 0; 0 where there is nothing to label. */
  readonly rounds: number;
  /** Whether a teacher was given, so that round 0 trains nothing. */
  readonly given: boolean;
  /** How long to wait before a stage is tried again that failed for a reason that may pass, in s, one a try. */
  readonly waits: readonly number[];
}

/**
 * The run. Round 0 makes the first teacher: the given model, or a student trained on the labeled pictures.
 * Every later round labels, selects, trains, evaluates, and promotes the student or stops.
 * States invoke one named actor each; actors are idempotent, so a stage that is entered again finds what is done already.
 * The context is small and plain JSON: ids, scores and deadlines, never data.
 */
export interface RunContext extends RunSettings {
  /** The stage that runs, or with which the run goes on after a wait, a pause or a restart. */
  readonly stage: Place;
  readonly round: number;
  readonly teacher: ModelId | null;
  readonly teacherScore: number | null;
  /** The round's new model: trained, or in round 0 given. */
  readonly student: ModelId | null;
  readonly studentScore: number | null;
  readonly promoted: boolean;
  /** The last failure of this stage, where it is tried again. */
  readonly retry: Retry | null;
  /** What was asked for, and comes at the stage's next safe point. */
  readonly halt: 'pause' | 'stop' | null;
  readonly failure: ErrorFacts | null;
}

/** Asked of a run from outside. */
export type RunEventIn = { readonly type: 'pause' } | { readonly type: 'stop' } | { readonly type: 'go-on' };
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

/** The context with which a run begins. */
export function firstContext(settings: RunSettings): RunContext {
  return {
    ...settings,
    stage: 'import',
    round: 0,
    teacher: null,
    teacherScore: null,
    student: null,
    studentScore: null,
    promoted: false,
    retry: null,
    halt: null,
    failure: null,
  };
}

const undone = (): Promise<never> => Promise.reject(new Error('this machine was started without its stages'));
const roundInput = ({ context: { round, teacher } }: { context: RunContext }): RoundInput => ({ round, teacher });
/** XState types the event of `onError` where it is written, not in a shared action. */
const failureOf = (event: unknown): ErrorFacts => errorFacts((event as { error: unknown }).error);
const endsAt = (asked: RunContext['halt'], { halt }: RunContext, failure: ErrorFacts): boolean =>
  halt === asked && (failure.code === 'INTERRUPTED' || (halt !== null && mayPass(failure)));

const configured = setup({
  types: { context: {} as RunContext, input: {} as RunContext, events: {} as RunEventIn },
  actors: {
    importData: fromPromise<void>(undone),
    adoptTeacher: fromPromise<ModelId, RoundInput>(undone),
    labelImages: fromPromise<void, RoundInput>(undone),
    selectLabels: fromPromise<void, RoundInput>(undone),
    trainStudent: fromPromise<ModelId, RoundInput>(undone),
    evaluateStudent: fromPromise<number | null, StudentInput>(undone),
    promoteStudent: fromPromise<boolean, PromotionInput>(undone),
    waitForRetry: fromPromise<void, Retry>(undone),
  },
  actions: {
    /** Another stage than the last begins with a clean slate; the same one after a wait remembers its failures. */
    enterStage: assign(({ context }, stage: Stage) => ({ stage, retry: context.stage === stage ? context.retry : null })),
    recordFailure: assign({ failure: ({ event }) => failureOf(event), retry: null }),
    recordRetry: assign({ retry: ({ context, event }) => nextRetry(context.retry, failureOf(event), context.waits, Date.now()) }),
    askToPause: assign({ halt: ({ context }) => context.halt ?? 'pause' }),
    askToStop: assign({ halt: 'stop' }),
    askToGoOn: assign({ halt: ({ context }) => (context.halt === 'pause' ? null : context.halt) }),
    forgetHalt: assign({ halt: null }),
    forgetFailures: assign({ retry: null }),
    nextRound: assign({ round: ({ context }) => context.round + 1, student: null, studentScore: null, promoted: false }),
  },
  guards: {
    goesOnAt: ({ context }, place: Place) => context.stage === place,
    hasToWait: ({ context }) => context.retry !== null,
    pausesHere: ({ context, event }) => endsAt('pause', context, failureOf(event)),
    stopsHere: ({ context, event }) => endsAt('stop', context, failureOf(event)),
    /** It was asked to pause, and to go on before it had. */
    goesOnAfterAll: ({ context, event }) => endsAt(null, context, failureOf(event)),
    mayTryAgain: ({ context, event }) => nextRetry(context.retry, failureOf(event), context.waits, 0) !== null,
    teacherGiven: ({ context }) => context.given,
    lastRound: ({ context }) => context.round >= context.rounds,
    notPromoted: ({ context }) => !context.promoted,
  },
});

const enter = <Name extends Stage>(stage: Name) => ({ type: 'enterStage', params: stage }) as const;

/** How every stage ends that does not come to its end. */
const onError = [
  { guard: 'stopsHere', target: 'stopped' },
  { guard: 'pausesHere', target: 'paused' },
  { guard: 'goesOnAfterAll', target: 'enter' },
  { guard: 'mayTryAgain', target: 'waiting', actions: 'recordRetry' },
  { target: 'failed', actions: 'recordFailure' },
] as const;

const goOnAt = <Name extends Place>(place: Name) =>
  ({ guard: { type: 'goesOnAt', params: place }, target: place, actions: 'forgetHalt' }) as const;

/** To the stage that the context names. */
const toItsStage = STAGES.map(goOnAt);

export const machine = configured.createMachine({
  id: 'run',
  context: ({ input }) => input,
  initial: 'enter',
  on: {
    pause: { actions: 'askToPause' },
    stop: { actions: 'askToStop' },
    'go-on': { actions: 'askToGoOn' },
  },
  states: {
    // A decision waits for no failure, though earlier versions remembered there that of the last stage.
    enter: { always: [goOnAt('decide'), { guard: 'hasToWait', target: 'waiting' }, ...toItsStage] },
    import: {
      entry: enter('import'),
      invoke: { src: 'importData', onDone: [{ guard: 'teacherGiven', target: 'adopt' }, { target: 'train' }], onError },
    },
    adopt: {
      entry: enter('adopt'),
      invoke: {
        src: 'adoptTeacher',
        input: roundInput,
        onDone: { target: 'evaluate', actions: assign({ student: ({ event }) => event.output }) },
        onError,
      },
    },
    label: {
      entry: enter('label'),
      invoke: { src: 'labelImages', input: roundInput, onDone: 'select', onError },
    },
    select: {
      entry: enter('select'),
      invoke: { src: 'selectLabels', input: roundInput, onDone: 'train', onError },
    },
    train: {
      entry: enter('train'),
      invoke: {
        src: 'trainStudent',
        input: roundInput,
        onDone: { target: 'evaluate', actions: assign({ student: ({ event }) => event.output }) },
        onError,
      },
    },
    evaluate: {
      entry: enter('evaluate'),
      invoke: {
        src: 'evaluateStudent',
        input: ({ context }) => ({ round: context.round, student: context.student as ModelId }),
        onDone: { target: 'promote', actions: assign({ studentScore: ({ event }) => event.output }) },
        onError,
      },
    },
    promote: {
      entry: enter('promote'),
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
        onError,
      },
    },
    decide: {
      entry: 'forgetFailures',
      always: [
        { guard: 'lastRound', target: 'finished' },
        { guard: 'notPromoted', target: 'finished' },
        { target: 'label', actions: 'nextRound' },
      ],
    },
    waiting: {
      invoke: { src: 'waitForRetry', input: ({ context }) => context.retry as Retry, onDone: toItsStage },
      on: { pause: 'paused', stop: 'stopped', 'go-on': toItsStage },
    },
    paused: {
      on: { pause: {}, stop: 'stopped', 'go-on': toItsStage },
    },
    finished: { type: 'final' },
    stopped: { type: 'final' },
    failed: { type: 'final' },
  },
});

export type RunSnapshot = SnapshotFrom<typeof machine>;
