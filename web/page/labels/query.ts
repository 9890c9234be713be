import { computed } from '@preact/signals';
import { LABEL_QUERY_NAMES, type LabelQuery, ORDERS_OF_SOME } from '../../contract/labels.ts';
import { addressOf, goTo, place } from '../location.ts';

export type FilterName = keyof LabelQuery;

const picked = (names: readonly FilterName[]): string =>
  JSON.stringify(Object.fromEntries(names.flatMap((name) => (place.value.query[name] ? [[name, place.value.query[name]]] : []))));

/** What the address asks for. It stays the same object as long as that is the same. */
const askedText = computed(() => picked(LABEL_QUERY_NAMES));
export const asked = computed(() => JSON.parse(askedText.value) as LabelQuery);

/** Most orders change nothing of what is counted. */
const isCounted = (name: FilterName): boolean =>
  name === 'order' ? Object.hasOwn(ORDERS_OF_SOME, place.value.query.order ?? '') : !['category', 'score', 'area'].includes(name);

/** What the histograms describe: the query without what they bound themselves. */
const countedText = computed(() => picked(LABEL_QUERY_NAMES.filter(isCounted)));
export const counted = computed(() => JSON.parse(countedText.value) as LabelQuery);

/** Name of the label that the keys are about, so that a view that is sent to a colleague shows it. */
export const labelInAddress = computed(() => place.value.query.label ?? null);

/** Another value of a filter; null takes it away. */
export function setFilter(name: FilterName, value: string | null, how: 'push' | 'replace' = 'push'): void {
  goTo(addressOf('/labels', { ...asked.value, [name]: value }), how);
}

export const clearFilters = (): void => goTo(addressOf('/labels', { order: asked.value.order }));

/** Says in the address which label is meant. */
export function rememberLabel(name: string): void {
  if (place.value.path === '/labels') goTo(addressOf('/labels', { ...asked.value, label: name }), 'replace');
}

/** The picture of a label, from where the query can be walked. */
export const pictureAddress = (image: number, name: string): string => addressOf(`/image/${image}`, { label: name, ...asked.value });
