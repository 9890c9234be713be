import { useState } from 'preact/hooks';
import type { Span } from './cube.ts';
import { count } from './label-words.ts';

interface HistogramProps {
  readonly title: string;
  readonly counts: readonly number[];
  readonly span: Span;
  /** The edge before each bar, and the one behind the last. */
  readonly edges: readonly string[];
  readonly brush: (span: Span) => void;
}

/** Bars that filter by being brushed: dragged over by a pointer, or bounded by two sliders. */
export function Histogram({ title, counts, span, edges, brush }: HistogramProps) {
  const [dragged, setDragged] = useState<{ readonly begin: number; readonly end: number } | null>(null);
  const shown = dragged === null ? span : spanBetween(dragged.begin, dragged.end);
  const most = Math.max(1, ...counts);
  const total = counts.reduce((sum, labels, at) => (at >= shown.from && at < shown.to ? sum + labels : sum), 0);
  const barAt = ({ currentTarget, clientX }: PointerEvent): number => {
    const { left, width } = (currentTarget as HTMLElement).getBoundingClientRect();
    return Math.min(counts.length - 1, Math.max(0, Math.floor(((clientX - left) / width) * counts.length)));
  };
  const begin = (event: PointerEvent) => {
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    setDragged({ begin: barAt(event), end: barAt(event) });
  };
  const finish = () => {
    if (dragged) brush(spanBetween(dragged.begin, dragged.end));
    setDragged(null);
  };
  return (
    <fieldset class="histogram">
      <legend>
        {title} <span class="quiet">{`${edges[shown.from]} to ${edges[shown.to]}: ${count(total)}`}</span>
      </legend>
      <div
        class="bars"
        role="presentation"
        onPointerDown={begin}
        onPointerMove={(event) => dragged && setDragged({ begin: dragged.begin, end: barAt(event) })}
        onPointerUp={finish}
        onPointerCancel={() => setDragged(null)}
      >
        {counts.map((labels, at) => (
          <span
            key={at}
            class={at >= shown.from && at < shown.to ? 'bar' : 'bar out'}
            title={`${edges[at]} to ${edges[at + 1]}: ${count(labels)}`}
            style={{ '--share': String(labels / most) }}
          />
        ))}
      </div>
      <div class="ends">
        <End
          title={`${title}, from`}
          at={span.from}
          most={counts.length}
          edges={edges}
          move={(from) => brush({ from: Math.min(from, span.to - 1), to: span.to })}
        />
        <End
          title={`${title}, to`}
          at={span.to}
          most={counts.length}
          edges={edges}
          move={(to) => brush({ from: span.from, to: Math.max(to, span.from + 1) })}
        />
      </div>
    </fieldset>
  );
}

const spanBetween = (a: number, b: number): Span => ({ from: Math.min(a, b), to: Math.max(a, b) + 1 });

interface EndProps {
  readonly title: string;
  readonly at: number;
  readonly most: number;
  readonly edges: readonly string[];
  readonly move: (at: number) => void;
}

function End({ title, at, most, edges, move }: EndProps) {
  return (
    <input
      type="range"
      aria-label={title}
      aria-valuetext={edges[at]}
      min={0}
      max={most}
      step={1}
      value={at}
      onInput={(event) => move(Number(event.currentTarget.value))}
    />
  );
}
