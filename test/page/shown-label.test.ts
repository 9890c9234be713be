import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrawnTile, PredictionTile } from '../../web/contract/labels.ts';
import { findings, fullName } from '../../web/page/labels/label-words.ts';
import { shownLabel } from '../../web/page/labels/shown-label.ts';

const CLASSES = [
  { id: 3, name: 'cat', classIndex: 0 },
  { id: 17, name: 'dog', classIndex: 1 },
];
const SIGHT = { width: 9, height: 9, areaPx2: 4, mask: '', view: { x1: 0, y1: 0, x2: 9, y2: 9 }, thumbnail: '/t', fileName: 'a.png' };
const CAT = { ...SIGHT, image: 1, categoryName: 'cat', classIndex: 0 };
const PREDICTED: PredictionTile = {
  ...CAT,
  of: 'prediction',
  name: '12',
  id: 12 as PredictionTile['id'],
  round: 1,
  score: 0.5,
  selection: { status: 'open' },
  verdict: 'accepted',
  change: null,
  suspicion: null,
};
const DRAWN: DrawnTile = { ...CAT, of: 'drawn', name: 'd3', verdict: 'drawn' };

test('a tile says what was said here, and else what the server told', () => {
  assert.deepEqual(shownLabel(PREDICTED, undefined, CLASSES), { categoryName: 'cat', classIndex: 0, verdict: 'accepted' });
  assert.deepEqual(shownLabel(PREDICTED, { verdict: 'rejected' }, CLASSES), { categoryName: 'cat', classIndex: 0, verdict: 'rejected' });
  const dog = { categoryName: 'dog', classIndex: 1, verdict: 'corrected' };
  assert.deepEqual(shownLabel(PREDICTED, { verdict: 'corrected', category: 17 }, CLASSES), dog);
  assert.deepEqual(shownLabel(DRAWN, { verdict: 'corrected', category: 17 }, CLASSES), dog);
});

test('before the classes are known a label keeps its own', () => {
  assert.equal(shownLabel(PREDICTED, { verdict: 'corrected', category: 17 }, []).categoryName, 'cat');
});

test('labels have the names by which they are decided about, and marks of what was said', () => {
  assert.deepEqual([fullName(PREDICTED), fullName(DRAWN)], ['p12', 'd3']);
  assert.deepEqual(findings(PREDICTED), [{ kind: 'verdict', text: 'accepted' }]);
  assert.deepEqual(findings(DRAWN), []);
  assert.deepEqual(findings(DRAWN, 'rejected'), [{ kind: 'verdict', text: 'rejected' }]);
});
