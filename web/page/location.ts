import { computed, signal } from '@preact/signals';

/** Where the page is: a view and what it shows, as the address bar has it. A view can be sent to a colleague. */
export interface Place {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

const here = (): Place => ({ path: window.location.pathname, query: Object.fromEntries(new URLSearchParams(window.location.search)) });

const current = signal<Place>(here());
window.addEventListener('popstate', () => {
  current.value = here();
});

export const place = computed(() => current.value);

/** The address of a place; parts of the query without a value are left out. */
export function addressOf(path: string, query: Readonly<Record<string, string | number | null | undefined>> = {}): string {
  const parts = Object.entries(query).flatMap(([name, value]) => (value == null || value === '' ? [] : [[name, String(value)]]));
  const text = new URLSearchParams(parts).toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Goes to a place. `replace` leaves no step in the browser's history, as while a slider moves. */
export function goTo(address: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') window.history.pushState(null, '', address);
  else window.history.replaceState(null, '', address);
  current.value = here();
}
