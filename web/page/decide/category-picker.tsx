import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { CategoryFacts } from '../../contract/verdicts.ts';
import { Problem } from '../loading.tsx';
import { categories, categoriesProblem, loadCategories } from './categories.ts';
import { Modal } from './modal.tsx';
import './decide.css';

interface CategoryPickerProps {
  /** What the class is for: `class of p12`. */
  readonly title: string;
  readonly pick: (category: CategoryFacts) => void;
  readonly close: () => void;
}

/** Chooses a class by a digit, by typing a part of its name, or by arrows. */
export function CategoryPicker({ title, pick, close }: CategoryPickerProps) {
  return (
    <Modal title={title} class="category-picker" closed={close}>
      {(end) => (
        <Choices
          title={title}
          choose={(category) => {
            end();
            pick(category);
          }}
        />
      )}
    </Modal>
  );
}

interface ChoicesProps {
  readonly title: string;
  readonly choose: (category: CategoryFacts) => void;
}

function Choices({ title, choose }: ChoicesProps) {
  const options = useRef<HTMLDivElement>(null);
  const list = useId();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const found = categoriesLike(typed);
  useEffect(loadCategories, []);
  useEffect(() => options.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [at]);
  const chooseAt = (index: number) => {
    const category = found[index];
    if (category !== undefined) choose(category);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const digit = typed === '' && /^[1-9]$/.test(event.key) ? Number(event.key) : undefined;
    if (step !== undefined) setAt(Math.min(found.length - 1, Math.max(0, at + step)));
    else if (event.key === 'Enter') chooseAt(at);
    else if (digit !== undefined) chooseAt(digit - 1);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <label>
        {title}
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={found[at] && `${list}-${found[at].id}`}
          autocomplete="off"
          spellcheck={false}
          placeholder="a digit, or part of the name"
          value={typed}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </label>
      <div ref={options} id={list} role="listbox" aria-label="classes" class="choices">
        {found.map((category, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of a list like this are those of its text field
          <div
            key={category.id}
            id={`${list}-${category.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onClick={() => choose(category)}
          >
            {typed === '' && index < 9 ? <kbd>{index + 1}</kbd> : <span />}
            <span class="name">{category.name}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && <Nothing typed={typed} />}
    </>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

function Nothing({ typed }: { readonly typed: string }) {
  const problem = categoriesProblem.value;
  if (problem !== null) return <Problem error={problem} />;
  return <p class="quiet">{categories.value.length === 0 ? 'loading…' : `no class is called like “${typed}”`}</p>;
}

/** Those whose names begin so come first. */
function categoriesLike(typed: string): readonly CategoryFacts[] {
  const part = typed.trim().toLowerCase();
  const found = categories.value.filter(({ name }) => name.toLowerCase().includes(part));
  const begins = ({ name }: CategoryFacts) => Number(name.toLowerCase().startsWith(part));
  return part === '' ? found : found.toSorted((a, b) => begins(b) - begins(a));
}
