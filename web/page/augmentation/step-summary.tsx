import type { SeenPicture, TrainedRound } from '../../contract/training.ts';
import { droppedWords } from './seen-words.ts';
import type { TrainingState } from './training-state.ts';

interface StepSummaryProps {
  readonly state: TrainingState;
  readonly round: TrainedRound;
  readonly step: number;
}

/** A whole step in numbers, as far as its pictures are drawn. */
export function StepSummary({ state, round, step }: StepSummaryProps) {
  const drawn = Array.from({ length: round.batchSize }, (_, slot) => state.slot(slot).loading.value).flatMap((loading) =>
    loading.state === 'there' && loading.facts.facts.step === step ? [loading.facts.facts] : [],
  );
  return (
    <dl class="facts step-summary" aria-label="the step in numbers">
      {factsOf(drawn, round.batchSize).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function factsOf(drawn: readonly SeenPicture[], batchSize: number): readonly (readonly [string, string])[] {
  const pseudo = drawn.filter(({ stream }) => stream === 'pseudo').length;
  const objects = drawn.flatMap((picture) => picture.objects);
  const learned = objects.filter(({ dropped }) => dropped === null);
  const pasted = learned.filter((object) => object.pasted).length;
  const regions = drawn.reduce((sum, { ignored }) => sum + ignored.length, 0);
  return [
    ['pictures', drawn.length < batchSize ? `${drawn.length} of ${batchSize} drawn` : String(batchSize)],
    ['labeled by', `people ${drawn.length - pseudo}, a teacher ${pseudo}`],
    ['objects learned', `${learned.length}, of these pasted ${pasted}`],
    ['dropped', droppedWords(objects)],
    ['ignored regions', String(regions)],
  ];
}
