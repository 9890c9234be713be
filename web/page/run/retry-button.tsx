import { useId, useState } from 'preact/hooks';
import type { SetAside } from '../../contract/run.ts';
import { Problem } from '../loading.tsx';

interface RetryButtonProps {
  readonly what: string;
  /** Whether there is anything to try; what was said of the last try stays. */
  readonly offered: boolean;
  /** What comes of it where it is possible. */
  readonly hint: string;
  readonly chance: SetAside['retry'][keyof SetAside['retry']];
  /** @returns what became of it, in words */
  readonly retry: () => Promise<string>;
  readonly again: () => Promise<void>;
}

/** Has something that was set aside tried again, or says why that is of no use now; then, what became of it. */
export function RetryButton({ what, offered, hint, chance, retry, again }: RetryButtonProps) {
  const why = useId();
  const [isBusy, setBusy] = useState(false);
  const [done, setDone] = useState('');
  const [problem, setProblem] = useState<Error | null>(null);
  const press = async () => {
    if (isBusy) return;
    setBusy(true);
    try {
      setDone(await retry());
      setProblem(null);
    } catch (error) {
      setProblem(error as Error);
    }
    await again();
    setBusy(false);
  };
  return (
    <>
      {offered && (
        <div class="row retry">
          <button type="button" disabled={!chance.possible} aria-disabled={isBusy} aria-describedby={why} onClick={() => void press()}>
            {what}
          </button>
          <span id={why} class="quiet">
            {chance.possible ? hint : chance.why}
          </span>
        </div>
      )}
      <p role="status" class="retry-told">
        {done}
      </p>
      {problem && <Problem error={problem} />}
    </>
  );
}
