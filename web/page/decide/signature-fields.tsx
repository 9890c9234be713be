import { useEffect, useId } from 'preact/hooks';
import type { RecentAnswer } from '../../contract/verdicts.ts';
import { read } from '../client.ts';
import { Source } from '../loading.tsx';
import { ownName, ownReason } from './signature.ts';

const LONGEST_NAME = 100;
const LONGEST_REASON = 1000;

const recent = new Source<RecentAnswer>();

/** In whose name decisions are written, and why they are made: what stands there when one is made. */
export function SignatureFields() {
  const [name, reason] = [useId(), useId()];
  useEffect(() => void recent.ask((signal) => read('/api/verdicts/recent', {}, signal)), []);
  const loading = recent.loading.value;
  return (
    <span class="signature-fields">
      <label for={name}>decided by</label>
      <input
        id={name}
        maxLength={LONGEST_NAME}
        autocomplete="name"
        placeholder={loading.state === 'there' ? loading.facts.who : ''}
        value={ownName.value}
        onInput={(event) => {
          ownName.value = event.currentTarget.value;
        }}
      />
      <label for={reason}>why</label>
      <input
        id={reason}
        maxLength={LONGEST_REASON}
        autocomplete="off"
        placeholder="no reason"
        value={ownReason.value}
        onInput={(event) => {
          ownReason.value = event.currentTarget.value;
        }}
      />
    </span>
  );
}
