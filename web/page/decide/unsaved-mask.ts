/** A mask that is being drawn goes with its picture and its label: who would leave them keeps or drops it first. */
import { guardPlaces, type Place, place } from '../location.ts';
import { editing } from './editing.ts';
import { object } from './objection.ts';

const OF_MASK = ['label', 'round'] as const;

const isOfMask = ({ path, query }: Place): boolean => {
  const now = place.peek();
  return path === now.path && OF_MASK.every((name) => query[name] === now.query[name]);
};

guardPlaces((to) => {
  if (editing.peek() === null || isOfMask(to)) return true;
  object('Keep the mask, or drop it, before you go on.');
  return false;
});

window.addEventListener('beforeunload', (event) => {
  if (editing.peek() !== null) event.preventDefault();
});
