import { type Box, type CategoryId, rle, type Sha256, type Size } from '../../core/index.ts';
import { viewAround } from '../../dataset/index.ts';
import { type CategoryRow, type DrawableLabel, type DrawnLine, type RunDatabase, standingDrawing } from '../../db/index.ts';
import { labelName, standingLabel } from '../../pipeline/index.ts';
import type { DrawnTile, LabelTile, PredictionTile } from '../contract/labels.ts';
import type { ListPart } from './label-list.ts';
import { thumbnailAddress } from './thumbnails.ts';

/** Labels of a list as the gallery shows them. */
export function tilesOf(db: RunDatabase, part: ListPart): readonly LabelTile[] {
  const classes = new Map(db.categories.all().map((category) => [category.id, category]));
  const classOf = ({ category }: Pick<DrawableLabel, 'category'>) => classes.get(category)?.classIndex ?? 0;
  if (part.of === 'prediction')
    return part.labels.map((label) => {
      const tile = predictionTile(label, classOf(label));
      return label.verdict === 'corrected' ? { ...tile, ...correctionOf(db, label, classes) } : tile;
    });
  return part.labels.map((line) => drawnTile(db, line, classOf(line)));
}

/** What a person put in the place of what the model said; the thumbnail shows the same part of the picture. */
function correctionOf(
  db: RunDatabase,
  { id, categoryName }: DrawableLabel,
  classes: ReadonlyMap<CategoryId, CategoryRow>,
): Pick<PredictionTile, 'categoryName' | 'classIndex' | 'mask'> {
  const { category, mask } = standingLabel(db, { of: 'prediction', prediction: id });
  const { name = categoryName, classIndex = 0 } = classes.get(category) ?? {};
  return { categoryName: name, classIndex, mask: rle.countsToString(mask.counts) };
}

function predictionTile({ sha256, size, box, ...label }: DrawableLabel, classIndex: number): PredictionTile {
  const name = String(label.id);
  const { id, round, image, fileName, categoryName, score, areaPx2, selection, verdict, change, suspicion, mask } = label;
  const facts = { id, round, image, fileName, categoryName, score, areaPx2, selection, verdict, change, suspicion, mask };
  return { of: 'prediction', name, ...facts, classIndex, ...sightOf(name, sha256, box, size) };
}

function drawnTile(db: RunDatabase, line: DrawnLine, classIndex: number): DrawnTile {
  const { drawn, image, fileName, categoryName, areaPx2, verdict } = line;
  const { image: picture, verdict: standing } = standingDrawing(db, drawn);
  const name = labelName({ of: 'drawn', drawn });
  const { mask } = standing.correction;
  const sight = sightOf(name, picture.sha256, rle.toBox(mask), picture.size);
  return {
    of: 'drawn',
    name,
    image,
    fileName,
    categoryName,
    classIndex,
    areaPx2,
    verdict,
    mask: rle.countsToString(mask.counts),
    ...sight,
  };
}

function sightOf(name: string, sha256: Sha256, box: Box, size: Size): Pick<LabelTile, 'view' | 'thumbnail' | 'width' | 'height'> {
  const view = viewAround(box, size);
  return { ...size, view, thumbnail: thumbnailAddress(name, sha256, view) };
}
