import { type Command, Option } from 'commander';
import { CHANGE_KINDS, type ImageId, imageId, SUSPICION_KINDS } from '../../../core/index.ts';
import type { LabelOrder } from '../../../db/index.ts';
import { type QueryOptions, VERDICTS_ASKED } from '../../../pipeline/index.ts';
import { rangeBetween, wholeNumber } from '../../options.ts';

export { categoryNamed, drawnOrder, type LabelQuery, type QueryOptions, queryOf, queryText } from '../../../pipeline/index.ts';

/** A record, so that an order that the database learns is not forgotten here. */
const ORDERS: Readonly<Record<LabelOrder, string>> = {
  'score-desc': 'best scores first',
  'score-asc': 'lowest scores first',
  image: 'picture by picture',
  'area-desc': 'largest first',
  'area-asc': 'smallest first',
  'least-certain': 'nearest to the threshold of its class',
  'most-changed': 'least like it was in the round before',
  'likely-wrong': 'strongest suspicion first',
};

/** Adds the options of {@link QueryOptions}. */
export function withQuery(command: Command): Command {
  return command
    .option('--round <n>', 'round; the last one with labels by default', wholeNumber(0))
    .option('--category <name>', 'only this class')
    .option('--score <range>', 'only scores in this range, as 0.3..0.6 or 0.9..', rangeBetween(0, 1))
    .option('--area <range>', 'only masks of so many pixels, as 100..5000', rangeBetween(0, Number.MAX_SAFE_INTEGER))
    .addOption(new Option('--status <status>', 'only what became a label, or what did not').choices(['kept', 'dropped']))
    .option('--reason <reason>', 'only what was kept or dropped for this reason (see labels stats)')
    .addOption(new Option('--verdict <verdict>', 'only what people said this of; drawn: what people drew').choices(VERDICTS_ASKED))
    .option('--image <id>', 'only this picture, as i45 or 45', parseImage)
    .addOption(new Option('--change <kind>', 'only what changed so since the round before').choices(CHANGE_KINDS))
    .addOption(new Option('--suspicion <kind>', 'only likely errors').choices([...SUSPICION_KINDS, 'any']))
    .option('--line <id>', 'one object through all rounds, by the id of any of its predictions', wholeNumber(1));
}

function parseImage(text: string): ImageId {
  return imageId(wholeNumber(1)(text.replace(/^i/, '')));
}

export const orderOption = (): Option =>
  new Option(
    '--order <order>',
    `${Object.entries(ORDERS)
      .map(([name, means]) => `${name}: ${means}`)
      .join('; ')} (default: "score-desc"; of what people drew "image")`,
  ).choices(Object.keys(ORDERS));
