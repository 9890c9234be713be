import { useEffect, useMemo, useState } from 'preact/hooks';
import { type LabelQuery, ORDERS_OF_SOME } from '../../contract/labels.ts';
import type { CountAnswer, QueriedLabels } from '../../contract/verdicts.ts';
import { read } from '../client.ts';
import { Loaded, Source } from '../loading.tsx';
import { CategoryPicker } from './category-picker.tsx';
import { ChoiceDialog } from './choice-dialog.tsx';
import { ACCEPT_IS_FOR_PREDICTIONS, labelCount } from './decision-text.ts';
import { decide } from './decisions.ts';

/** Decides about all labels that the gallery's query finds, once the person has seen how many these are. */
export function QueryDecision({ query }: { readonly query: LabelQuery }) {
  const [asks, setAsks] = useState<LabelQuery | null>(null);
  const [relabels, setRelabels] = useState<QueriedLabels | null>(null);
  return (
    <>
      <button type="button" onClick={() => setAsks(query)}>
        all of this query…
      </button>
      {asks !== null && <AskedQuery query={asks} relabel={setRelabels} close={() => setAsks(null)} />}
      {relabels !== null && (
        <CategoryPicker
          title={`class of ${labelCount(relabels.count)}`}
          pick={({ id }) => void decide({ kind: 'relabel', category: id, ...relabels })}
          close={() => setRelabels(null)}
        />
      )}
    </>
  );
}

interface AskedQueryProps {
  readonly query: LabelQuery;
  /** Asks for their class. */
  readonly relabel: (labels: QueriedLabels) => void;
  readonly close: () => void;
}

function AskedQuery({ query, relabel, close }: AskedQueryProps) {
  const counted = useMemo(() => new Source<CountAnswer>(), []);
  useEffect(() => void counted.ask((signal) => read('/api/verdicts/count', { ...query }, signal)), []);
  const about = (count: number) => ({ query: { ...query }, count });
  return (
    <ChoiceDialog title="decide about all labels of this query" close={close}>
      {(choose) => (
        <>
          <p>{queryText(query)}</p>
          {query.verdict === 'drawn' && <p class="quiet">{ACCEPT_IS_FOR_PREDICTIONS}</p>}
          <Loaded of={counted.loading}>
            {({ labels }) => (
              <div class="row">
                {query.verdict !== 'drawn' && (
                  <button type="button" disabled={labels === 0} onClick={() => choose(() => decide({ kind: 'accept', ...about(labels) }))}>
                    accept {labelCount(labels)}
                  </button>
                )}
                <button type="button" disabled={labels === 0} onClick={() => choose(() => decide({ kind: 'reject', ...about(labels) }))}>
                  reject {labelCount(labels)}
                </button>
                <button type="button" disabled={labels === 0} onClick={() => choose(() => relabel(about(labels)))}>
                  change their class…
                </button>
              </div>
            )}
          </Loaded>
        </>
      )}
    </ChoiceDialog>
  );
}

/** What the address asks for, in words: most orders do not matter. */
function queryText({ order = '', ...filters }: LabelQuery): string {
  const parts = [...Object.entries(filters).map(([name, value]) => `${name} ${value}`), ORDERS_OF_SOME[order] ?? []].flat();
  return parts.length === 0 ? 'All labels of the last round.' : `Labels of: ${parts.join(', ')}.`;
}
