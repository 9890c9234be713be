import type { LineExample, LineExamples, PolicyClass } from '../../contract/policy.ts';
import { MaskedThumbnail } from '../compare/masked-thumbnail.tsx';
import { Link } from '../link.tsx';
import { addressOf } from '../location.ts';
import { classColor, type Paint } from '../mask-paint.ts';
import { thresholdText } from './moved-thresholds.ts';
import { reasonWords } from './reason-words.ts';

interface LineGalleryProps {
  readonly of: PolicyClass;
  readonly round: number;
  readonly threshold: number;
  readonly examples: LineExamples;
}

/** What a class keeps and drops nearest to its threshold. */
export function LineGallery({ of, round, threshold, examples }: LineGalleryProps) {
  const score = thresholdText(threshold);
  const listed = { round, category: of.name };
  return (
    <div class="line-gallery">
      <Side
        title={`just above ${score}`}
        none="no prediction reaches it"
        list={{ ...listed, score: `${threshold}..`, order: 'score-asc' }}
        examples={examples.above}
        of={of}
      />
      <Side
        title={`just below ${score}`}
        none="every prediction reaches it"
        list={{ ...listed, score: `..${threshold}`, order: 'score-desc' }}
        examples={examples.below}
        of={of}
      />
    </div>
  );
}

interface SideProps {
  readonly title: string;
  readonly none: string;
  /** The query of the same labels in the gallery. */
  readonly list: Readonly<Record<string, string | number>>;
  readonly examples: readonly LineExample[];
  readonly of: PolicyClass;
}

function Side({ title, none, list, examples, of }: SideProps) {
  return (
    <section aria-label={title}>
      <h3>
        {title} <Link to={addressOf('/labels', list)}>all of them</Link>
      </h3>
      {examples.length === 0 && <p class="quiet">{none}</p>}
      <ul class="thumbnails">
        {examples.map((example) => (
          <Example key={example.prediction} example={example} of={of} list={list} />
        ))}
      </ul>
    </section>
  );
}

function Example({ example, of, list }: { readonly example: LineExample; readonly of: PolicyClass; readonly list: SideProps['list'] }) {
  const { prediction, image, fileName, score, reason, mask } = example;
  const paint: Paint = [...classColor(of.classIndex), 70];
  const isKept = reason === 'score' || reason === 'accepted';
  return (
    <li>
      <Link to={addressOf(`/image/${image}`, { label: prediction, ...list })}>
        <MaskedThumbnail picture={example} masks={[{ counts: mask, paint }]} alt={`${of.name} in ${fileName}, score ${score.toFixed(3)}`} />
        <span class="number">{score.toFixed(3)}</span>
      </Link>{' '}
      <span class={isKept ? 'kept' : 'dropped'}>{reasonWords(reason)}</span>
    </li>
  );
}
