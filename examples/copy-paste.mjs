/**
 * Copy-Paste as a library: the labels of one COCO file, two random pictures, one PNG.
 *
 *   node examples/copy-paste.mjs train.json images/ pasted.png [seed]
 */
import process from 'node:process';
import { copyPaste, copyPasteRecipe } from 'selfpaste/augment';
import { classIndex, rle } from 'selfpaste/core';
import { decodeImage, drawOverlay, readCoco, writePng } from 'selfpaste/dataset';

const [annotations, images, out, seed = '0'] = process.argv.slice(2);
if (out === undefined || !/^\d{1,9}$/.test(seed)) {
  console.error('usage: node examples/copy-paste.mjs train.json images/ pasted.png [seed]');
  process.exit(2);
}

const { categories, images: pictures } = await readCoco(annotations, images);
const indexOf = new Map(categories.map(({ id }, index) => [id, classIndex(index)]));

/** Pixels and labels of a picture, as copyPaste takes them; crowds are neither objects nor background. */
async function labeled({ path, truths }) {
  const objects = truths.filter(({ truth }) => !truth.crowd);
  const crowds = truths.filter(({ truth }) => truth.crowd);
  return {
    image: await decodeImage(path),
    instances: objects.map(({ truth }) => ({ classIndex: indexOf.get(truth.category), mask: truth.mask, source: { by: 'human' } })),
    ignored: crowds.map(({ truth }) => truth.mask),
  };
}

const number = Number(seed);
const [main, donor] = [pictures[number % pictures.length], pictures[(number + 1) % pictures.length]];
const recipe = copyPasteRecipe({ width: 640, height: 640 }, 'paper');
const { image, instances, dropped, plan } = copyPaste(await labeled(main), await labeled(donor), recipe, number);

for (const { classIndex: index, box, mask, pasted } of instances) {
  console.log(`${pasted ? 'pasted' : 'beneath'} ${categories[index].name}: ${rle.area(mask)} px in`, box);
}
console.log('dropped:', dropped);
console.log('plan:', JSON.stringify(plan));
const label = ({ classIndex: index, pasted }) => `${pasted ? '+' : ''}${categories[index].name}`;
await writePng(
  out,
  drawOverlay(
    image,
    instances.map((one) => ({ ...one, label: label(one), colorIndex: one.classIndex })),
  ),
);
