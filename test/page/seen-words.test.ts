import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyPasteRecipe, type Occlusion } from '../../augment/index.ts';
import type { SeenObject } from '../../web/contract/training.ts';
import { dropWords } from '../../web/page/augmentation/seen-words.ts';

const canvas = { width: 64, height: 64 };
const relative = copyPasteRecipe(canvas);
const paper = copyPasteRecipe(canvas, 'paper');

const occluded = (cause: Occlusion['cause'], visiblePx2: number, picturePx2 = visiblePx2): Pick<SeenObject, 'dropped' | 'occlusion'> => ({
  dropped: 'occluded',
  occlusion: { cause, visiblePx2, picturePx2 },
});

test('a dropped object is told by which part of the rule it fell', () => {
  assert.equal(dropWords(occluded('share', 9), relative), 'pasted objects leave 9 px of it visible, less than 10 %');
  assert.equal(dropWords(occluded('min-px', 3), relative), 'pasted objects leave 3 px of it visible, fewer than 4');
  for (const recipe of [relative, paper]) assert.equal(dropWords(occluded('min-px', 0), recipe), 'pasted objects hide all of it');
  assert.equal(
    dropWords(occluded('picture-px', 40, 212), paper),
    'pasted objects leave 40 px of it visible, 212 px in the picture that it is from, where more than 300 are needed',
  );
  assert.equal(
    dropWords(occluded('whole-picture', 90, 225), paper),
    'nothing is pasted over it, but over others of its picture so that boxes moved; then small ones go, too: it has 225 px in the picture that it is from, where more than 300 are needed',
  );
});

test('what does not lie under pasted objects has other reasons', () => {
  const words = (dropped: SeenObject['dropped']) => dropWords({ dropped, occlusion: null }, paper);
  assert.equal(words('outside'), 'it lies off the picture');
  assert.equal(words('too-small'), 'fewer than 1 px of it are on the picture');
  assert.equal(words('over-limit'), 'the picture has 100 others already, and no more are learned');
});
