import assert from 'node:assert/strict';
import test from 'node:test';
import { categoryId } from '../../core/index.ts';
import { mapClasses } from './class-map.ts';
import { type ClassTable, readClassTable } from './class-table.ts';

const categories = [
  { id: categoryId(3), name: 'Car' },
  { id: categoryId(90), name: 'dog ' },
  { id: categoryId(7), name: 'vehicle' },
];
const read = (table: ClassTable, classNames: readonly (string | null)[] = ['car', 'bus', null, '0']) =>
  [...readClassTable(table, classNames, categories)].map(([index, { id }]) => [index, id]);

test('the table wins over equal names and may join several classes', () => {
  const { map, unmatchedData } = mapClasses(['car', 'bus'], categories, { match: 'name', classes: { Car: 'vehicle', bus: 'Vehicle' } });
  assert.deepEqual(
    [...map],
    [
      [0, 7],
      [1, 7],
    ],
  );
  assert.deepEqual(unmatchedData, ['Car', 'dog ']);
});

test('with match table, what it does not hold is dropped, equal names too', () => {
  const { map, unmatchedTeacher } = mapClasses(['car', 'bus'], categories, { match: 'table', classes: { bus: 'vehicle' } });
  assert.deepEqual([...map], [[1, 7]]);
  assert.deepEqual(unmatchedTeacher, ['car']);
});

test('an empty table alone maps nothing', () => {
  assert.throws(() => mapClasses(['car'], categories, { match: 'table', classes: {} }), {
    message: /^The teacher and the data set have nothing in common, as teacher\.classes is empty: /,
  });
});

test('a class is known by its name, else by its index; a category by its name or, as a number, by its id', () => {
  assert.deepEqual(read({ bus: 90 }), [[1, 90]]);
  assert.deepEqual(read({ 1: 'dog' }), [[1, 90]]);
  assert.deepEqual(read({ 0: 'dog' }), [[3, 90]], 'a class that is called 0');
});

test('all classes of a name go one way', () => {
  assert.deepEqual(read({ Cell: 'dog' }, ['cell', 'x', 'cell']), [
    [0, 90],
    [2, 90],
  ]);
});

const refused: readonly (readonly [what: string, table: ClassTable, message: string, hint: string])[] = [
  [
    'a class that does not exist',
    { cra: 'Car' },
    'Expected a class of the teacher for teacher.classes, got "cra"; there are car, bus, 0',
    'correct the name under teacher.classes in the config',
  ],
  [
    'a plural',
    { buses: 'Car' },
    'Expected a class of the teacher for teacher.classes, got "buses"; there are car, bus, 0',
    'write "bus" under teacher.classes in the config',
  ],
  [
    'an index that is never predicted',
    { 2: 'Car' },
    'Expected a class of the teacher for teacher.classes, got "2"; there are car, bus, 0',
    'correct the name under teacher.classes in the config',
  ],
  [
    'a category that does not exist',
    { car: 'cart' },
    'Expected a category of the data set for teacher.classes, got "cart"; there are Car, dog , vehicle',
    'correct the name under teacher.classes in the config',
  ],
  [
    'an id that does not exist',
    { car: 4 },
    'Expected a category id of the data set for teacher.classes, got 4; there are 3 (Car), 90 (dog ), 7 (vehicle)',
    'correct the id under teacher.classes in the config',
  ],
  [
    'two categories of one class',
    { bus: 'Car', 1: 'dog' },
    'Expected one category for class 1 of the teacher in teacher.classes, got "dog " and, by "bus", "Car"',
    'keep one of the two entries',
  ],
];

for (const [what, table, message, hint] of refused)
  test(`refuses ${what}`, () => assert.throws(() => read(table), { code: 'MODEL_CLASS_MISMATCH', message, hint }));

test('refuses the name of two categories', () => {
  const twins = [1, 2].map((id) => ({ id: categoryId(id), name: 'cell' }));
  assert.throws(() => readClassTable({ blob: 'cell' }, ['blob'], twins), {
    code: 'MODEL_CLASS_MISMATCH',
    message: 'Expected one category for "cell" in teacher.classes, got those of ids 1 and 2',
    hint: 'write the id instead of the name, as a number',
  });
});
