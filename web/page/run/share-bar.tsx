/** A part of a whole; `look` is a class of the theme. */
export interface Share {
  readonly name: string;
  readonly count: number;
  readonly look: string;
}

/** Parts of a whole side by side. The numbers stand beside it: to who cannot see it, it says nothing more. */
export function ShareBar({ shares, most }: { readonly shares: readonly Share[]; readonly most: number }) {
  return (
    <div class="share-bar" aria-hidden="true">
      {shares.map(({ name, count, look }) =>
        count === 0 ? null : (
          <span key={name} class={look} style={{ width: `${(100 * count) / most}%` }} title={`${name}: ${count.toLocaleString('en-US')}`} />
        ),
      )}
    </div>
  );
}
