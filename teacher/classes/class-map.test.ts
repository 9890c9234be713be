import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type CategoryId, categoryId, classIndex } from '../../core/index.ts';
import { type ClassMap, mapClasses } from './class-map.ts';

const categories = [
  { id: categoryId(3), name: 'Car' },
  { id: categoryId(90), name: 'dog ' },
  { id: categoryId(7), name: 'vehicle' },
];
const pairs = ({ map }: ClassMap) => [...map];
const named = (names: Readonly<Record<number, string>>) =>
  Object.entries(names).map(([id, name]) => ({ id: categoryId(Number(id)), name }));

test('maps by name without regard to case and blanks, and says what is left over', () => {
  const classes = mapClasses(['person', ' car', 'DOG'], categories);
  assert.deepEqual(pairs(classes), [
    [classIndex(1), categoryId(3)],
    [classIndex(2), categoryId(90)],
  ]);
  assert.deepEqual(classes.unmatchedTeacher, ['person']);
  assert.deepEqual(classes.unmatchedData, ['vehicle']);
  assert.deepEqual(classes.classes, [
    { index: 0, name: 'person', target: null },
    { index: 1, name: ' car', target: { category: categories[0], by: 'name' } },
    { index: 2, name: 'DOG', target: { category: categories[1], by: 'name' } },
  ]);
});

test('background and unused indices are no classes: never mapped, never said to be dropped', () => {
  const { map, unmatchedTeacher } = mapClasses([null, 'car', null, 'cat'], categories);
  assert.deepEqual([...map], [[1, 3]]);
  assert.deepEqual(unmatchedTeacher, ['cat']);
});

test('an equal name wins over one of another case', () => {
  assert.deepEqual(pairs(mapClasses(['car', 'Car'], named({ 1: 'Car', 2: 'car' }))), [
    [0, 2],
    [1, 1],
  ]);
});

test('two categories of one name leave the choice to the table', () => {
  const twins = named({ 1: 'car', 2: 'car' });
  assert.throws(() => mapClasses(['car'], twins), {
    code: 'MODEL_CLASS_MISMATCH',
    message: `Expected one category for the teacher's class "car", got those of ids 1 and 2, which both have its name`,
    hint: 'choose by id in the config, as in teacher.classes: { "car": 2 }',
  });
  assert.deepEqual(pairs(mapClasses(['car'], twins, { match: 'name', classes: { car: 2 } })), [[0, 2]]);
});

test('by id, the index is the id, whatever the names', () => {
  const classes = mapClasses([null, 'Person', null, 'Auto', 'Rad'], named({ 1: 'person', 3: 'car', 8: 'truck' }), {
    match: 'id',
    classes: {},
  });
  assert.deepEqual(pairs(classes), [
    [1, 1],
    [3, 3],
  ]);
  assert.deepEqual([classes.unmatchedTeacher, classes.unmatchedData], [['Rad'], ['truck']]);
});

test('by id is refused for a model that numbers its classes by itself', () => {
  assert.throws(() => mapClasses(['person', 'bicycle'], named({ 1: 'Mensch', 2: 'Rad' }), { match: 'id', classes: {} }), {
    code: 'MODEL_CLASS_MISMATCH',
    message:
      'Expected class indices that are category ids for teacher.match id, but class 0 of the teacher is "person" and no category has id 0: the model numbers its classes by itself',
    hint: 'set teacher.match to name, or to table with a category for each class under teacher.classes',
  });
});

test('by id is refused where equal names show that ids are off', () => {
  assert.throws(() => mapClasses([null, 'bicycle', 'car'], named({ 1: 'person', 2: 'bicycle', 3: 'car' }), { match: 'id', classes: {} }), {
    message:
      'Expected class indices that are category ids for teacher.match id, but class 1 of the teacher is "bicycle" and category 1 is "person"; "bicycle" has id 2',
  });
});

test('nothing in common lists both sides, shortened, and says how to write the table', () => {
  assert.throws(() => mapClasses(['a', 'b', 'c', 'd', 'e', 'f', 'g'], categories), {
    code: 'MODEL_CLASS_MISMATCH',
    message:
      'The teacher and the data set have no class name in common: the teacher knows a, b, c, d, e and 2 more; the data set has Car, dog , vehicle',
    hint: 'map them in the config, as in teacher.classes: { "name of the teacher": "name of the data set" }',
  });
});

for (const [teacher, data] of [
  ['Traffic_Lights', 'traffic light'],
  ['cell-nuclei', 'cell nuclei'],
  ['cells', 'Cell'],
  ['berries', 'berry'],
  ['glasses', 'glass'],
  ['bus', 'buses'],
]) {
  test(`"${teacher}" and "${data}" are not taken for one, but shown together`, () => {
    assert.throws(() => mapClasses(['x', teacher], named({ 4: 'y', 5: data })), {
      hint: `map them in the config, as in teacher.classes: { "${teacher}": "${data}" }`,
    });
  });
}

test('one class and one category are shown as the entry to write', () => {
  assert.throws(() => mapClasses(['blob'], named({ 1: 'nucleus' })), { hint: /teacher\.classes: \{ "blob": "nucleus" \}$/ });
});

test('every class is mapped or said to be dropped, every category predicted or said to be missing', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const categoriesOf = (names: readonly string[]) => names.map((name, index) => ({ id: categoryId(10 * index + 1), name }));
  const classNames = fc.array(fc.option(name), { maxLength: 8 });
  const dataNames = fc.uniqueArray(name, { minLength: 1 });
  fc.assert(
    fc.property(classNames, dataNames, (teacher, data) => {
      fc.pre(teacher.some((one) => one !== null && data.includes(one)));
      const { map, classes, unmatchedTeacher, unmatchedData } = mapClasses(teacher, categoriesOf(data));
      assert.equal(classes.length, teacher.filter((one) => one !== null).length);
      assert.equal(map.size + unmatchedTeacher.length, classes.length);
      assert.equal(new Set<CategoryId>(map.values()).size + unmatchedData.length, data.length);
    }),
  );
});
