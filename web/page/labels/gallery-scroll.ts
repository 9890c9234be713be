import { batch, computed, signal } from '@preact/signals';
import { type GridLayout, gridLayout, rowsAround } from './grid-layout.ts';
import { afterScroll, isNearEnd, type Scrolled, scrolledHeight, scrolledTo } from './tall-scroll.ts';

/** The bar is put where it is true to the whole as soon as nobody scrolls. */
const SETTLED_MS = 140;

/** Which rows of the gallery are seen, and where they stand in the element that the browser scrolls. */
export class GalleryScroll {
  readonly labels = signal(0);
  readonly layout = signal<GridLayout>(gridLayout(800));
  readonly #seen = signal(600);
  readonly #scrolled = signal<Scrolled>({ top: 0, bar: 0 });
  #element: HTMLElement | null = null;
  #settling: ReturnType<typeof setTimeout> | undefined;

  readonly rows = computed(() => Math.ceil(this.labels.value / this.layout.value.columns));
  readonly #heights = computed(() => ({ list: Math.max(1, this.rows.value * this.layout.value.rowHeight), seen: this.#seen.value }));
  readonly height = computed(() => scrolledHeight(this.#heights.value));
  readonly #range = computed(() => {
    const { first, count } = rowsAround(this.#scrolled.value.top, this.#seen.value, this.layout.value, this.rows.value);
    return `${first} ${count}`;
  });
  /** The rows to draw. It changes with rows, not with pixels. */
  readonly range = computed(() => {
    const [first = 0, count = 0] = this.#range.value.split(' ').map(Number);
    return { first, count };
  });
  /** What is added to a row's place in the list, in px. */
  readonly shift = computed(() => Math.round(this.#scrolled.value.bar - this.#scrolled.value.top));

  /** Rows that are seen whole. */
  get rowsSeen(): number {
    return Math.max(1, Math.floor(this.#seen.value / this.layout.value.rowHeight));
  }

  /** @returns what ends it */
  attach(element: HTMLElement): () => void {
    this.#element = element;
    const measure = () => this.#measure(element);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const onScroll = () => this.#follow(element.scrollTop);
    element.addEventListener('scroll', onScroll, { passive: true });
    measure();
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
      clearTimeout(this.#settling);
      this.#element = null;
    };
  }

  /** Scrolls no farther than it takes to see a label. */
  reveal(place: number): void {
    const { columns, rowHeight } = this.layout.value;
    const top = Math.floor(place / columns) * rowHeight;
    const { top: seenFrom } = this.#scrolled.value;
    if (top < seenFrom) this.#goTo(top);
    else if (top + rowHeight > seenFrom + this.#seen.value) this.#goTo(top + rowHeight - this.#seen.value);
  }

  /** To the begin of another list. */
  reset(): void {
    this.#goTo(0);
  }

  #measure(element: HTMLElement): void {
    const { columns, rowHeight } = this.layout.value;
    const place = (this.#scrolled.value.top / rowHeight) * columns;
    batch(() => {
      this.#seen.value = element.clientHeight;
      this.layout.value = gridLayout(element.clientWidth);
    });
    // What is seen stays where it is when the window gets another width.
    if (this.layout.value.columns !== columns) this.#goTo(Math.floor(place / this.layout.value.columns) * this.layout.value.rowHeight);
  }

  #follow(bar: number): void {
    if (Math.abs(bar - this.#scrolled.value.bar) < 1) return;
    this.#scrolled.value = afterScroll(this.#scrolled.value, bar, this.#heights.value);
    clearTimeout(this.#settling);
    const settle = () => this.#goTo(this.#scrolled.value.top);
    if (isNearEnd(this.#scrolled.value, this.#heights.value)) settle();
    else this.#settling = setTimeout(settle, SETTLED_MS);
  }

  #goTo(top: number): void {
    const { top: to, bar } = scrolledTo(top, this.#heights.value);
    // Browsers keep fractions of a pixel, but not all of them.
    if (this.#element && Math.abs(this.#element.scrollTop - bar) >= 1) this.#element.scrollTop = bar;
    this.#scrolled.value = { top: to, bar: this.#element?.scrollTop ?? bar };
  }
}
