import type { ExchangedImage, ExchangedLabel } from '../../dataset/index.ts';
import { type ImageRow, keptLabels, type PseudoLabel, type RunDatabase } from '../../db/index.ts';
import { exchangedRun } from './exchanged-run.ts';
import { labelName } from './label-name.ts';

/** An image with its labels of a round, which may be none. */
export interface LabeledImage {
  readonly image: ImageRow;
  readonly labels: readonly PseudoLabel[];
}

/** All images that were labeled in a round with what was kept on them, by image. */
export function* labeledImages(db: RunDatabase, round: number): Generator<LabeledImage> {
  const kept = keptLabels(db, round);
  let next = kept.next();
  for (const image of db.labeling.labeled(round)) {
    const isNext = !next.done && next.value.image.id === image.id;
    yield { image, labels: isNext ? next.value.labels : [] };
    if (isNext) next = kept.next();
  }
}

/** The labels of a round, by image, as other programs get them. @param all also images on which nothing was kept */
export function* exchangedLabels(db: RunDatabase, round: number, all: boolean): Generator<ExchangedImage> {
  const names = new Map(db.categories.all().map(({ id, name }) => [id, name]));
  const run = exchangedRun(db);
  const labelOf = (label: PseudoLabel): ExchangedLabel => ({
    id: labelName(label.by === 'person' ? label.about : { of: 'prediction', prediction: label.id }),
    ...(run === undefined ? {} : { run }),
    category: names.get(label.category) as string,
    box: label.box,
    mask: label.mask,
    score: label.by === 'person' ? null : label.score,
    crowd: false,
  });
  for (const { image, labels } of all ? labeledImages(db, round) : keptLabels(db, round)) {
    const { fileName, sha256, size } = image;
    yield { fileName, sha256, size, labels: labels.map(labelOf) };
  }
}
