import type { ComponentChildren } from 'preact';

interface ScrollsProps {
  readonly label: string;
  readonly children: ComponentChildren;
  readonly class?: string;
}

/** What may be wider than the page, in a frame that scrolls: by the keys, too. */
export function Scrolls({ label, children, class: name = '' }: ScrollsProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without a pointer it is scrolled by the keys, once it has the focus
    <section class={`scrolls ${name}`} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
