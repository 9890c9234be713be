import { useState } from 'preact/hooks';
import { LABEL_QUERY_NAMES } from '../../contract/labels.ts';
import { Choice } from './choice.tsx';
import { source } from './gallery-state.ts';
import { count } from './label-words.ts';
import { asked, clearFilters, setFilter } from './query.ts';
import { clearSelected, selected } from './selection.ts';
import { masksShown } from './tile-picture.tsx';

const ORDERS = {
  'score-asc': 'lowest scores first',
  image: 'picture by picture',
  'area-desc': 'largest first',
  'area-asc': 'smallest first',
  'least-certain': 'nearest to the threshold',
  'most-changed': 'most changed',
  'likely-wrong': 'likely wrong',
};

/** What is listed, in words: how many, by which filters, in which order. */
export function ListHead() {
  return (
    <div class="list-head">
      <strong role="status">{lengthText()}</strong>
      <Chips />
      <span class="tools">
        <Choice
          title="order"
          value={asked.value.order === 'score-desc' ? undefined : asked.value.order}
          none={asked.value.verdict === 'drawn' ? 'picture by picture' : 'best scores first'}
          options={ORDERS}
          choose={(order) => setFilter('order', order)}
        />
        <button
          type="button"
          aria-pressed={masksShown.value}
          onClick={() => {
            masksShown.value = !masksShown.value;
          }}
        >
          masks <kbd>m</kbd>
        </button>
        <CopyLink />
      </span>
    </div>
  );
}

function lengthText(): string {
  const length = source.length.value;
  if (length === null) return source.problem.value ? 'nothing to list' : 'looking…';
  const { labels, exact } = length;
  return `${exact ? '' : 'more than '}${count(labels)} ${labels === 1 ? 'label' : 'labels'}`;
}

/** The filters that are set, each of which can be taken away. */
function Chips() {
  const set = LABEL_QUERY_NAMES.filter((name) => name !== 'order' && asked.value[name] !== undefined);
  return (
    <span class="chips">
      {set.map((name) => (
        <button
          key={name}
          type="button"
          class="chip"
          aria-label={`take away ${name} ${asked.value[name]}`}
          onClick={() => setFilter(name, null)}
        >
          <span class="quiet">{name}</span> {asked.value[name]} <span aria-hidden="true">×</span>
        </button>
      ))}
      {set.length > 1 && (
        <button type="button" class="chip" onClick={clearFilters}>
          take all away
        </button>
      )}
      {selected.value.size > 0 && (
        <button type="button" class="chip selection" aria-label={`${selected.value.size} selected: select nothing`} onClick={clearSelected}>
          {count(selected.value.size)} selected <span aria-hidden="true">×</span>
        </button>
      )}
    </span>
  );
}

/** The address says all that is shown. */
function CopyLink() {
  const [told, setTold] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(window.location.href);
      setTold('copied');
    } catch {
      setTold('copy it from the address bar');
    }
    setTimeout(() => setTold(''), 3000);
  };
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        copy link
      </button>
      <span class="quiet" role="status">
        {told}
      </span>
    </>
  );
}
