import { useMemo } from 'preact/hooks';
import { type LabelSample, SAMPLE_GROUPS, type SampledLabel, type SampleGroup } from '../../contract/report.ts';
import { MaskedThumbnail } from '../compare/masked-thumbnail.tsx';
import { findings, outcomeText } from '../labels/label-words.ts';
import { classColor } from '../mask-paint.ts';

const GROUP_WORDS: Readonly<Record<SampleGroup, { readonly title: string; readonly why: string }>> = {
  surest: { title: 'Kept, most certain', why: 'from the highest score of each class down' },
  'least-certain': { title: 'Kept, least certain', why: 'from the score nearest to the threshold of its class on' },
  'nearly-kept': { title: 'Dropped, least certain', why: 'from the score nearest to the threshold of its class on' },
  'likely-wrong': { title: 'Likely wrong', why: 'something speaks against them: the mark says what' },
  'any-score': { title: 'Any score', why: 'the labels next to scores that were drawn by chance' },
};

/** A choice of a round's labels, each with its mask. */
export function SampleGallery({ sample: { round, labels, leftOut } }: { readonly sample: LabelSample }) {
  return (
    <>
      <p class="quiet">
        {labels.length} predictions of round {round}, classes in turn, by a chance that follows from the run's seed.
        {leftOut > 0 && ` ${leftOut} more had no room in this file.`}
      </p>
      {SAMPLE_GROUPS.map((group) => (
        <Group key={group} group={group} labels={labels.filter((label) => label.group === group)} />
      ))}
    </>
  );
}

function Group({ group, labels }: { readonly group: SampleGroup; readonly labels: readonly SampledLabel[] }) {
  if (labels.length === 0) return null;
  const { title, why } = GROUP_WORDS[group];
  return (
    <section class="sample-group" aria-label={title}>
      <h3>
        {title} <span class="quiet">{why}</span>
      </h3>
      <ul class="thumbnails">
        {labels.map((label) => (
          <SampleTile key={label.id} label={label} />
        ))}
      </ul>
    </section>
  );
}

function SampleTile({ label }: { readonly label: SampledLabel }) {
  const { name, fileName, categoryName, score, thumbnail, selection, verdict } = label;
  const marks = findings(label, verdict).map(({ text }) => text);
  return (
    <li title={`${name} of ${fileName}`}>
      {thumbnail === '' ? <span class="masked-thumbnail no-picture quiet">no picture</span> : <SamplePicture label={label} />}
      <span class="caption">
        <b>{categoryName}</b> <span class="number">{score.toFixed(2)}</span>
      </span>
      <span class={`caption ${selection.status}`}>{outcomeText(label)}</span>
      {marks.length > 0 && <span class="caption warn">{marks.join(', ')}</span>}
    </li>
  );
}

const OPACITY = 60;

function SamplePicture({ label }: { readonly label: SampledLabel }) {
  const { thumbnail, view, width, height, mask, classIndex, categoryName, fileName } = label;
  const [picture, masks] = useMemo(() => {
    const [red, green, blue] = classColor(classIndex);
    return [{ thumbnail, view, size: { width, height } }, [{ counts: mask, paint: [red, green, blue, OPACITY] as const }]] as const;
  }, [label]);
  return <MaskedThumbnail picture={picture} masks={masks} alt={`${categoryName} in ${fileName}`} />;
}
