import type { ExchangeFormat, Loss } from '../../dataset/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { writeExchangeFiles } from './exchange-files.ts';
import { exchangedLabels } from './exchanged-labels.ts';
import { requireSelected } from './exported-round.ts';

export interface LabelExport {
  readonly round: number;
  readonly format: string;
  readonly pictures: number;
  readonly labels: number;
  readonly files: readonly string[];
  /** What the format could not carry. */
  readonly losses: readonly Loss[];
}

/**
 * Writes the labels of a round in a format.
 * @param all also pictures on which nothing was kept
 * @throws SelfpasteError USAGE_NO_ROUND where the round's labels are not selected yet, and what the format refuses
 */
export async function exportLabels(
  db: RunDatabase,
  round: number,
  format: ExchangeFormat,
  out: string,
  all: boolean,
): Promise<LabelExport> {
  requireSelected(db, round);
  const images = [...exchangedLabels(db, round, all)];
  const { files, losses } = await format.write(images, db.categories.all(), [...db.images.ofSubset('unlabeled')]);
  const paths = await writeExchangeFiles(out, files);
  const labels = images.reduce((sum, image) => sum + image.labels.length, 0);
  return { round, format: format.name, pictures: images.length, labels, files: paths, losses };
}
