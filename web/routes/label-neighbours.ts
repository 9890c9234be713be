import { drawnNeighbours, labelNeighbours, type Neighbours, type RunDatabase, showLabel, standingDrawing } from '../../db/index.ts';
import { type LabelRef, labelName } from '../../pipeline/index.ts';
import type { NeighbourLabel, NeighboursAnswer } from '../contract/image.ts';
import type { LabelQuery } from '../contract/labels.ts';
import { labelQueryOf } from './label-query.ts';

/**
 * What comes before and after a label in a query of the gallery, found by its key; nothing where the query is of labels of the other kind.
 * @throws as {@link labelQueryOf}
 */
export function neighboursOf(db: RunDatabase, label: LabelRef, query: LabelQuery): NeighboursAnswer {
  const asked = labelQueryOf(db, query);
  if (asked.of === 'prediction' && label.of === 'prediction')
    return placed(labelNeighbours(db, asked.filter, asked.order, label.prediction), (prediction) => ({
      name: labelName({ of: 'prediction', prediction }),
      image: showLabel(db, prediction).image.id,
    }));
  if (asked.of === 'drawn' && label.of === 'drawn')
    return placed(drawnNeighbours(db, asked.filter, asked.order, label.drawn), (drawn) => ({
      name: labelName({ of: 'drawn', drawn }),
      image: standingDrawing(db, drawn).image.id,
    }));
  return { previous: null, next: null };
}

const placed = <Id>({ previous, next }: Neighbours<Id>, place: (id: Id) => NeighbourLabel): NeighboursAnswer => ({
  previous: previous === null ? null : place(previous),
  next: next === null ? null : place(next),
});
