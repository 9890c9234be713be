interface ScoreHistogramProps {
  /** Counts of equal bins of 0..1. */
  readonly bins: readonly number[];
  /** Of the second one, drawn as a line above the first. */
  readonly other?: readonly number[];
  /** A score that is marked, 0..1. */
  readonly mark?: number | null;
}

const HEIGHT = 100;

/** How many predictions have which score; heights are roots, so that few beside many are seen. For the eye only: numbers stand beside it. */
export function ScoreHistogram({ bins, other = [], mark = null }: ScoreHistogramProps) {
  const most = Math.sqrt(Math.max(1, ...bins, ...other));
  return (
    <svg class="score-histogram" viewBox={`0 0 ${Math.max(1, bins.length)} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path class="bars" d={areaOf(bins, most)} />
      {other.length > 0 && <path class="outline" d={areaOf(other, most)} />}
      {mark !== null && <path class="mark" d={`M${mark * bins.length} 0V${HEIGHT}`} />}
    </svg>
  );
}

function areaOf(bins: readonly number[], most: number): string {
  const steps = bins.map((count, bin) => {
    const y = (HEIGHT * (1 - Math.sqrt(count) / most)).toFixed(1);
    return `L${bin} ${y}L${bin + 1} ${y}`;
  });
  return `M0 ${HEIGHT}${steps.join('')}L${bins.length} ${HEIGHT}Z`;
}
