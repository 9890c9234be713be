import type { ShareInterval } from '../../../pseudo/index.ts';

interface ExpectedShareProps {
  readonly of: string;
  readonly interval: ShareInterval | null | undefined;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** A share with its 95 % interval, as text and as a bar. */
export function ExpectedShare({ of, interval }: ExpectedShareProps) {
  if (!interval) return <span class="quiet">–</span>;
  const { share, from, to } = interval;
  return (
    <span class="expected-share" title={`${of}: ${percent(share)}, with 95 % confidence ${percent(from)} to ${percent(to)}`}>
      <span class="number">{percent(share)}</span>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={`95 % interval ${percent(from)} to ${percent(to)}`}>
        <rect class="whole" x="0" y="3" width="100" height="2" />
        <rect class="interval" x={from * 100} y="2" width={Math.max(1, (to - from) * 100)} height="4" />
        <rect class="share" x={Math.min(98, share * 100)} y="0" width="2" height="8" />
      </svg>
      <span class="number quiet interval-text">
        {Math.round(from * 100)}–{Math.round(to * 100)}
      </span>
    </span>
  );
}
