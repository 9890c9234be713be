import { useEffect, useMemo, useState } from 'preact/hooks';
import type { LabelQuery } from '../../contract/labels.ts';
import type { CountAnswer } from '../../contract/verdicts.ts';
import { read } from '../client.ts';
import { Loaded, Source } from '../loading.tsx';
import { CategoryPicker } from './category-picker.tsx';
import { ChoiceDialog } from './choice-dialog.tsx';
import { ACCEPT_IS_FOR_PREDICTIONS, labelCount } from './decision-text.ts';
import { decide } from './decisions.ts';

/** Decides about all labels that the gallery's query finds, once the person has seen how many these are. */
export function QueryDecision({ query }: { readonly query: LabelQuery }) {
  const [asks, setAsks] = useState<LabelQuery | null>(null);
  return (
    <>
      <button type="button" onClick={() => setAsks(query)}>
        all of this query…
      </button>
      {asks !== null && <AskedQuery query={asks} close={() => setAsks(null)} />}
    </>
  );
}

interface AskedQueryProps {
  readonly query: LabelQuery;
  readonly close: () => void;
}

function AskedQuery({ query, close }: AskedQueryProps) {
  const counted = useMemo(() => new Source<CountAnswer>(), []);
  const [relabels, setRelabels] = useState<number | null>(null);
  useEffect(() => void counted.ask((signal) => read('/api/verdicts/count', { ...query }, signal)), []);
  const about = (count: number) => ({ query: { ...query }, count });
  if (relabels !== null)
    return (
      <CategoryPicker
        title={`class of ${labelCount(relabels)}`}
        pick={({ id }) => void decide({ kind: 'relabel', category: id, ...about(relabels) })}
        close={close}
      />
    );
  return (
    <ChoiceDialog title="decide about all labels of this query" close={close}>
      <p>{queryText(query)}</p>
      {query.verdict === 'drawn' && <p class="quiet">{ACCEPT_IS_FOR_PREDICTIONS}</p>}
      <Loaded of={counted.loading}>
        {({ labels }) => (
          <div class="row">
            {query.verdict !== 'drawn' && (
              <Choice
                text={`accept ${labelCount(labels)}`}
                labels={labels}
                act={() => void decide({ kind: 'accept', ...about(labels) })}
                close={close}
              />
            )}
            <Choice
              text={`reject ${labelCount(labels)}`}
              labels={labels}
              act={() => void decide({ kind: 'reject', ...about(labels) })}
              close={close}
            />
            <button type="button" disabled={labels === 0} onClick={() => setRelabels(labels)}>
              change their class…
            </button>
          </div>
        )}
      </Loaded>
    </ChoiceDialog>
  );
}

interface ChoiceProps {
  readonly text: string;
  readonly labels: number;
  readonly act: () => void;
  readonly close: () => void;
}

function Choice({ text, labels, act, close }: ChoiceProps) {
  const choose = () => {
    close();
    act();
  };
  return (
    <button type="button" disabled={labels === 0} onClick={choose}>
      {text}
    </button>
  );
}

/** What the address asks for, in words: the order does not matter. */
function queryText({ order: _, ...filters }: LabelQuery): string {
  const parts = Object.entries(filters).map(([name, value]) => `${name} ${value}`);
  return parts.length === 0 ? 'All labels of the last round.' : `Labels of: ${parts.join(', ')}.`;
}
