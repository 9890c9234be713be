import { signal } from '@preact/signals';
import type { SeenObject, SeenPicture } from '../../contract/training.ts';
import { addressOf, goTo, place } from '../location.ts';

/** The object under the pointer, or whose row has the keyboard. */
export const hoveredName = signal<string | null>(null);

export const focusOn = (name: string): void => goTo(addressOf(place.value.path, { ...place.value.query, object: name }), 'replace');

/** The object that is looked at. */
export const focusedObject = ({ objects }: SeenPicture): SeenObject | null =>
  objects.find(({ name }) => name === place.value.query.object) ?? null;
