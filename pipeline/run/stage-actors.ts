import { setTimeout as sleep } from 'node:timers/promises';
import { fromPromise } from 'xstate';
import { machine, type PromotionInput, type RoundInput, type Stage, type StudentInput } from '../machine/machine.ts';
import { type Retry, remainingMs } from '../machine/retry.ts';
import { adoptTeacher } from '../stages/adopt-teacher.ts';
import { evaluateStudent } from '../stages/evaluate-student.ts';
import { importData } from '../stages/import-data.ts';
import { labelImages } from '../stages/label-images.ts';
import { promoteStudent } from '../stages/promote-student.ts';
import { selectLabels } from '../stages/select-labels.ts';
import { type StageContext, type StageResult, timed } from '../stages/stage.ts';
import { trainStudent } from '../stages/train-student.ts';
import { announcingBackend } from './backend-announcement.ts';
import type { RunControl } from './run-control.ts';
import type { StateLog } from './state-log.ts';

/** The machine with the stages that do its work. A stage works with the signal of the leg in which it began, and once its state is written. */
export function withStages(run: Omit<StageContext, 'stop'>, control: RunControl, log: StateLog): typeof machine {
  const announce = announcingBackend(run);
  const stage = async <Output>(
    round: number,
    name: Stage,
    work: (context: StageContext) => Promise<StageResult<Output>>,
  ): Promise<Output> => {
    const context = { ...run, stop: control.halting };
    await announce(context);
    return timed(context, round, name, () => {
      log.requireWritten();
      return work(context);
    });
  };
  return machine.provide({
    actors: {
      importData: fromPromise(() => stage(0, 'import', importData)),
      adoptTeacher: fromPromise(({ input }: { input: RoundInput }) =>
        stage(input.round, 'adopt', (context) => adoptTeacher(context, input)),
      ),
      labelImages: fromPromise(({ input }: { input: RoundInput }) => stage(input.round, 'label', (context) => labelImages(context, input))),
      selectLabels: fromPromise(({ input }: { input: RoundInput }) =>
        stage(input.round, 'select', (context) => selectLabels(context, input)),
      ),
      trainStudent: fromPromise(({ input }: { input: RoundInput }) =>
        stage(input.round, 'train', (context) => trainStudent(context, input)),
      ),
      evaluateStudent: fromPromise(({ input }: { input: StudentInput }) =>
        stage(input.round, 'evaluate', (context) => evaluateStudent(context, input)),
      ),
      promoteStudent: fromPromise(({ input }: { input: PromotionInput }) =>
        stage(input.round, 'promote', (context) => promoteStudent(context, input)),
      ),
      // Ended early by the machine, which leaves the state: the rejection reaches nobody.
      waitForRetry: fromPromise(async ({ input, signal }: { input: Retry; signal: AbortSignal }) => {
        await sleep(remainingMs(input, Date.now()), undefined, { signal });
      }),
    },
  });
}
