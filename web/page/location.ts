import { computed, signal } from '@preact/signals';

/** Where the page is: a view and what it shows, as the address bar has it. A view can be sent to a colleague. */
export interface Place {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

const placeAt = ({ pathname, searchParams }: URL): Place => ({ path: pathname, query: Object.fromEntries(searchParams) });
const here = (): Place => placeAt(new URL(window.location.href));

const current = signal<Place>(here());
window.addEventListener('popstate', () => {
  if (mayGo(here())) current.value = here();
  else window.history.pushState(null, '', addressOf(current.value.path, current.value.query));
});

const guards: ((to: Place) => boolean)[] = [];

/** Asks before the page goes anywhere, also back: something may be lost by it. Who says no tells the person why. */
export function guardPlaces(mayGoTo: (to: Place) => boolean): void {
  guards.push(mayGoTo);
}

const mayGo = (to: Place): boolean => guards.every((mayGoTo) => mayGoTo(to));

export const place = computed(() => current.value);

/** The address of a place; parts of the query without a value are left out. */
export function addressOf(path: string, query: Readonly<Record<string, string | number | null | undefined>> = {}): string {
  const parts = Object.entries(query).flatMap(([name, value]) => (value == null || value === '' ? [] : [[name, String(value)]]));
  const text = new URLSearchParams(parts).toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Goes to a place. `replace` leaves no step in the browser's history, as while a slider moves. Stays where a guard says no. */
export function goTo(address: string, how: 'push' | 'replace' = 'push'): void {
  if (!mayGo(placeAt(new URL(address, window.location.href)))) return;
  if (how === 'push') window.history.pushState(null, '', address);
  else window.history.replaceState(null, '', address);
  current.value = here();
}
