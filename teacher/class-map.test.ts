import assert from 'node:assert/strict';
import test from 'node:test';
import { categoryId, classIndex } from '../core/index.ts';
import { mapClasses } from './class-map.ts';

const categories = [
  { id: categoryId(3), name: 'Car' },
  { id: categoryId(90), name: 'dog ' },
  { id: categoryId(7), name: 'vehicle' },
];
const pairs = (map: ReadonlyMap<number, number>) => [...map];

test('maps by name without regard to case and blanks, and says what is left over', () => {
  const { map, unmatchedTeacher, unmatchedData } = mapClasses(['person', ' car', 'DOG'], categories);
  assert.deepEqual(pairs(map), [
    [classIndex(1), categoryId(3)],
    [classIndex(2), categoryId(90)],
  ]);
  assert.deepEqual(unmatchedTeacher, ['person']);
  assert.deepEqual(unmatchedData, ['vehicle']);
});

test('the table wins over equal names and may join several classes', () => {
  const { map, unmatchedData } = mapClasses(['car', 'bus'], categories, { Car: 'vehicle', bus: 'Vehicle' });
  assert.deepEqual(pairs(map), [
    [0, 7],
    [1, 7],
  ]);
  assert.deepEqual(unmatchedData, ['Car', 'dog ']);
});

test('nothing in common lists both sides, shortened, and says the fix', () => {
  assert.throws(() => mapClasses(['a', 'b', 'c', 'd', 'e', 'f', 'g'], categories), {
    code: 'MODEL_CLASS_MISMATCH',
    message:
      'The teacher and the data set have no class name in common: the teacher knows a, b, c, d, e and 2 more; the data set has Car, dog , vehicle',
    hint: 'map them in the config, as in teacher.classes: { "name of the teacher": "name of the data set" }',
  });
});

test('a table that names what does not exist is refused, with what there is', () => {
  assert.throws(() => mapClasses(['car'], categories, { cra: 'Car' }), {
    code: 'MODEL_CLASS_MISMATCH',
    message: 'Expected a class of the teacher for teacher.classes, got "cra"; there are car',
    hint: 'correct the name under teacher.classes in the config',
  });
  assert.throws(() => mapClasses(['car'], categories, { car: 'cart' }), {
    message: 'Expected a category of the data set for teacher.classes, got "cart"; there are Car, dog , vehicle',
  });
});
