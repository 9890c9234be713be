import { useState } from 'preact/hooks';
import type { LabelCounts } from '../../contract/labels.ts';
import { classColor } from '../mask-paint.ts';
import { count } from './label-words.ts';

/** More classes than these are looked for by name. */
const FEW = 12;

interface ClassBarsProps {
  readonly classes: LabelCounts['classes'];
  readonly counts: readonly number[];
  readonly chosen: string | null;
  readonly choose: (name: string | null) => void;
}

/** Classes by how many labels they have; one of them filters. */
export function ClassBars({ classes, counts, chosen, choose }: ClassBarsProps) {
  const [sought, setSought] = useState('');
  const most = Math.max(1, ...counts);
  const shown = classes
    .map((one, at) => ({ ...one, labels: counts[at] ?? 0 }))
    .filter(({ name, labels }) => (labels > 0 || name === chosen) && name.toLowerCase().includes(sought.toLowerCase()))
    .sort((a, b) => b.labels - a.labels);
  return (
    <fieldset class="classes">
      <legend>class</legend>
      {classes.length > FEW && (
        <input
          type="search"
          aria-label="find a class"
          placeholder="find a class"
          value={sought}
          onInput={(event) => setSought(event.currentTarget.value)}
        />
      )}
      <div class="class-list">
        {shown.map(({ name, classIndex, labels }) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === chosen}
            onClick={() => choose(name === chosen ? null : name)}
            style={{ '--share': String(labels / most), '--class-color': `rgb(${classColor(classIndex).join(' ')})` }}
          >
            <span class="name">{name}</span>
            <span class="number">{count(labels)}</span>
          </button>
        ))}
        {shown.length === 0 && <p class="quiet">none</p>}
      </div>
    </fieldset>
  );
}
