import { table } from '../print.ts';
import type { ClassComparison } from './classes.ts';
import { refusalText } from './contract-text.ts';
import { entry, plural } from './layout.ts';

/** A model's classes, beside the categories of a data set where one is given. */
export function classText(comparison: ClassComparison): string {
  switch (comparison.status) {
    case 'no-data':
      return entry('classes', [numbered(comparison.classes)]).join('\n');
    case 'refused':
      return refusedText(comparison);
    case 'mapped':
      return mappedText(comparison);
  }
}

const numbered = (classes: ClassComparison['classes']): string => classes.map(({ index, name }) => `${index} ${name}`).join(', ');
const namesOf = (all: readonly { readonly name: string }[]): string => all.map(({ name }) => name).join(', ');

function refusedText({ classes, categories, data, refusal }: Extract<ClassComparison, { status: 'refused' }>): string {
  return [
    ...entry('classes', [`${classes.length} of the model:`, numbered(classes)]),
    ...entry('', [`${categories.length} of ${data}:`, categories.map(({ id, name }) => `${id} ${name}`).join(', ')]),
    ...entry('problem', [refusal.message]),
    '',
    refusalText(refusal),
  ].join('\n');
}

function mappedText({ classes, data, match, neverPredicted, nearMisses }: Extract<ClassComparison, { status: 'mapped' }>): string {
  const rows = classes.flatMap(({ index, name, target }) =>
    target ? [[index, name, '->', Number(target.category.id), target.category.name, target.by]] : [],
  );
  const dropped = classes.filter(({ target }) => target === null);
  const missing = neverPredicted.length;
  return [
    ...entry('classes', [`${rows.length} of ${plural(classes.length, 'class', 'classes')} for ${data}, by ${match}`]),
    '',
    table(['class', 'name', '', 'id', 'category', 'by'], rows),
    '',
    ...entry(
      'dropped',
      dropped.length > 0 ? [`${plural(dropped.length, 'class', 'classes')} without a category:`, namesOf(dropped)] : ['no class'],
    ),
    ...entry(
      'missing',
      missing > 0 ? [`${plural(missing, 'category', 'categories')} that no class becomes:`, namesOf(neverPredicted)] : ['no category'],
    ),
    ...nearMisses.flatMap(({ teacher, data: category }) =>
      entry('almost', [`teacher.classes: { ${JSON.stringify(teacher)}: ${JSON.stringify(category)} } would join two that look alike`]),
    ),
  ].join('\n');
}
