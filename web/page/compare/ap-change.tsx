interface ApChangeProps {
  readonly from: number | null;
  readonly to: number | null;
}

const DIGITS = 3;

/** An average precision in both rounds, and by how much it moved, as the two are shown; a dash where it is not known. */
export function ApChange({ from, to }: ApChangeProps) {
  return (
    <span class="ap-change">
      <span>{apText(from)}</span>
      <span class="quiet arrow">→</span>
      <span>{apText(to)}</span>
      {from === null || to === null ? <span class="quiet">–</span> : <Difference by={shown(to) - shown(from)} />}
    </span>
  );
}

function Difference({ by }: { readonly by: number }) {
  const text = Math.abs(by).toFixed(DIGITS);
  // What rounds to nothing has no direction.
  if (Number(text) === 0) return <span class="quiet">{text}</span>;
  return <span class={by > 0 ? 'rose' : 'fell'}>{`${by > 0 ? '+' : '−'}${text}`}</span>;
}

/** Who takes the one number from the other comes to the same. */
const shown = (ap: number): number => Number(ap.toFixed(DIGITS));

const apText = (ap: number | null): string => ap?.toFixed(DIGITS) ?? '–';
