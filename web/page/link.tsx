import { type ComponentChildren, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { goTo } from './location.ts';

interface LinkProps {
  readonly to: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  /** Where the link leads to the view that is shown. */
  readonly current?: boolean;
}

/** Whether there is a server behind the page: in a report that lies on a disk, links lead nowhere and are text. */
export const Served = createContext(true);

/** A link within the page, that a new tab can be opened with as any other. */
export function Link({ to, children, class: name = '', current = false }: LinkProps) {
  if (!useContext(Served)) return <span class={name}>{children}</span>;
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(to);
  };
  return (
    <a class={name} href={to} aria-current={current ? 'page' : undefined} onClick={follow}>
      {children}
    </a>
  );
}
