import { useEffect, useId } from 'preact/hooks';
import type { RecentAnswer } from '../../contract/verdicts.ts';
import { read } from '../client.ts';
import { Source } from '../loading.tsx';
import { ownName } from './signature.ts';

const recent = new Source<RecentAnswer>();

/** In whose name decisions are written. */
export function WhoDecides() {
  const field = useId();
  useEffect(() => void recent.ask((signal) => read<RecentAnswer>('/api/verdicts/recent', {}, signal)), []);
  const loading = recent.loading.value;
  return (
    <span class="who-decides">
      <label for={field}>decided by</label>
      <input
        id={field}
        maxLength={100}
        autocomplete="name"
        placeholder={loading.state === 'there' ? loading.facts.who : ''}
        value={ownName.value}
        onInput={(event) => {
          ownName.value = event.currentTarget.value;
        }}
      />
    </span>
  );
}
