import { expectation, SelfpasteError } from '../../core/index.ts';
import { coco, fiftyone } from './coco.ts';
import { cocoResultsFormat } from './coco-results.ts';
import { cvatXml } from './cvat-xml.ts';
import type { ExchangeFormat } from './exchange.ts';
import { labelStudio, labelStudioPolygons } from './label-studio.ts';
import { labelme } from './labelme.ts';
import { parquet } from './parquet.ts';
import { yoloSeg, yoloSegScores } from './yolo-seg.ts';

/** Every format that labels can be written to and read from. */
export const EXCHANGE_FORMATS: readonly ExchangeFormat[] = [
  coco,
  cocoResultsFormat,
  yoloSeg,
  yoloSegScores,
  labelme,
  labelStudio,
  labelStudioPolygons,
  cvatXml,
  fiftyone,
  parquet,
];

/** A format by its name. @throws SelfpasteError USAGE_NO_FORMAT */
export function exchangeFormat(name: string): ExchangeFormat {
  const found = EXCHANGE_FORMATS.find((format) => format.name === name);
  if (found !== undefined) return found;
  const names = EXCHANGE_FORMATS.map((format) => format.name).join(', ');
  throw new SelfpasteError('USAGE_NO_FORMAT', expectation('--format', `one of ${names}`, name), 'choose one of them');
}
