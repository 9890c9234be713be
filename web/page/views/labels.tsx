import './labels.css';
import { useEffect, useRef } from 'preact/hooks';
import { DecisionBar } from '../decide/decision-bar.tsx';
import { Filters } from '../labels/filters.tsx';
import { Gallery } from '../labels/gallery.tsx';
import { ListHead } from '../labels/list-head.tsx';

/** The labels of a query: what they are by numbers, and all of them as pictures. */
export function LabelsView() {
  const filters = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    // Beside the gallery where there is room, else behind a word above it.
    if (filters.current) filters.current.open = window.matchMedia('(min-width: 800px)').matches;
  }, []);
  return (
    <div class="labels">
      <h2 class="hidden-label">Labels</h2>
      <details ref={filters} class="filter-panel">
        <summary>filters</summary>
        <Filters />
      </details>
      <div class="list">
        <ListHead />
        <Gallery />
        <DecisionBar />
      </div>
    </div>
  );
}
