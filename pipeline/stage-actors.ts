import { setTimeout as sleep } from 'node:timers/promises';
import { fromPromise } from 'xstate';
import { machine, type PromotionInput, type RoundInput, type StudentInput } from './machine.ts';
import { type Retry, remainingMs } from './retry.ts';
import type { RunControl } from './run-control.ts';
import { adoptTeacher } from './stages/adopt-teacher.ts';
import { evaluateStudent } from './stages/evaluate-student.ts';
import { importData } from './stages/import-data.ts';
import { labelImages } from './stages/label-images.ts';
import { promoteStudent } from './stages/promote-student.ts';
import { selectLabels } from './stages/select-labels.ts';
import { type StageContext, timed } from './stages/stage.ts';
import { trainStudent } from './stages/train-student.ts';

/** The machine with the stages that do its work. A stage works with the signal of the leg in which it began. */
export function withStages(run: Omit<StageContext, 'stop'>, control: RunControl): typeof machine {
  const begun = (): StageContext => ({ ...run, stop: control.halting });
  return machine.provide({
    actors: {
      importData: fromPromise(() => timed(begun(), 0, 'import', importData)),
      adoptTeacher: fromPromise(({ input }: { input: RoundInput }) =>
        timed(begun(), input.round, 'adopt', (context) => adoptTeacher(context, input)),
      ),
      labelImages: fromPromise(({ input }: { input: RoundInput }) =>
        timed(begun(), input.round, 'label', (context) => labelImages(context, input)),
      ),
      selectLabels: fromPromise(({ input }: { input: RoundInput }) =>
        timed(begun(), input.round, 'select', (context) => selectLabels(context, input)),
      ),
      trainStudent: fromPromise(({ input }: { input: RoundInput }) =>
        timed(begun(), input.round, 'train', (context) => trainStudent(context, input)),
      ),
      evaluateStudent: fromPromise(({ input }: { input: StudentInput }) =>
        timed(begun(), input.round, 'evaluate', (context) => evaluateStudent(context, input)),
      ),
      promoteStudent: fromPromise(({ input }: { input: PromotionInput }) =>
        timed(begun(), input.round, 'promote', (context) => promoteStudent(context, input)),
      ),
      // Ended early by the machine, which leaves the state: the rejection reaches nobody.
      waitForRetry: fromPromise(async ({ input, signal }: { input: Retry; signal: AbortSignal }) => {
        await sleep(remainingMs(input, Date.now()), undefined, { signal });
      }),
    },
  });
}
