import type { PreviewCounts } from '../../../pseudo/index.ts';

/** Labels now and then; what comes and what goes. */
export function KeptCount({ counts }: { readonly counts: PreviewCounts | undefined }) {
  if (counts === undefined) return <span class="quiet number">…</span>;
  const { present, next, gained, lost } = counts;
  return (
    <span class="kept-count number">
      {present}
      {gained + lost > 0 && (
        <>
          <span class="quiet"> → </span>
          <strong>{next}</strong>
          {gained > 0 && <span class="kept"> +{gained}</span>}
          {lost > 0 && <span class="dropped"> −{lost}</span>}
        </>
      )}
    </span>
  );
}
