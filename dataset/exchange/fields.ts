import { areaOf, expectation, type Rle, rle, SelfpasteError, type Size } from '../../core/index.ts';
import type { Issue, IssueLog } from '../issue.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import type { ExchangedImage, ExchangedLabel, ExchangeSource, LabelVerdict } from './exchange.ts';

/** The field that our label ids are kept in, in every format that has a place for it. */
export const LABEL_ID = 'label_id';

/**
 * The field that the run is kept in. It goes with the label, not with the file: FiftyOne, CVAT and Parquet's readers write a file's own facts
 * anew, and whoever keeps an id so keeps what it means.
 */
export const RUN = 'selfpaste_run';

/** What our labels have beside the fields that a format knows. */
export const extraFields = ({ id, run, verdict }: Pick<ExchangedLabel, 'id' | 'run' | 'verdict'>) => ({
  ...(id === null ? {} : { [LABEL_ID]: id }),
  ...(run === undefined ? {} : { [RUN]: run }),
  ...(verdict === undefined ? {} : { verdict }),
});

/** The same, as far as it is sound. */
export const readExtraFields = (fields: Readonly<Record<string, unknown>>): Pick<ExchangedLabel, 'id' | 'run' | 'verdict'> => ({
  id: readId(fields[LABEL_ID]),
  ...readRun(fields[RUN]),
  ...readVerdict(fields.verdict),
});

/** Our id of a label, or null for anything else. */
export const readId = (value: unknown): string | null => (typeof value === 'string' && /^[pd][1-9]\d{0,14}$/.test(value) ? value : null);

export const readSha256 = (value: unknown): string | null => (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value : null);

export const readRun = (value: unknown): { run?: string } => (typeof value === 'string' && value !== '' ? { run: value } : {});

const readVerdict = (value: unknown): { verdict?: LabelVerdict } =>
  value === 'accepted' || value === 'rejected' ? { verdict: value } : {};

/** A score 0..1; null for none. Another value is an issue, and none. */
export function readScore(value: unknown, subject: string, log: IssueLog): number | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  log.add(subject, 'bad-score', `${expectation('its score', 'a number 0..1', value)}; it is kept without score`);
  return null;
}

/** A picture's size; null, with an issue, where it cannot be one. */
export function readSize(width: unknown, height: unknown, subject: string, log: IssueLog): Size | null {
  const sides = [width, height].every((side) => typeof side === 'number' && Number.isInteger(side) && side > 0);
  const size = { width, height } as Size;
  if (sides && areaOf(size) <= DEFAULT_LIMITS.maxPixels) return size;
  const what = `whole sides and at most ${DEFAULT_LIMITS.maxPixels} pixels`;
  log.add(subject, 'bad-size', `${expectation("the picture's size", what, { width, height })}; it is left out with its labels`);
  return null;
}

/** Whether a name can be that of a picture; if not, an issue. */
export function isFileName(name: unknown, subject: string, log: IssueLog): name is string {
  if (typeof name === 'string' && name !== '' && !name.includes('\0')) return true;
  log.add(subject, 'bad-file-name', `${expectation("the picture's name", 'a file name', name)}; it is left out with its labels`);
  return false;
}

/** What a reader found of a label; the rest follows from it. */
export type FoundLabel = Omit<ExchangedLabel, 'box'> & Partial<Pick<ExchangedLabel, 'box'>>;

/** The label, unless its mask has no pixel inside the picture. */
export function withBox(found: FoundLabel, subject: string, log: IssueLog): ExchangedLabel[] {
  if (rle.area(found.mask) > 0) return [{ ...found, box: found.box ?? rle.toBox(found.mask) }];
  log.add(subject, 'empty-mask', 'its mask has no pixel inside the picture; it is left out');
  return [];
}

/** What a picture's entries came to: each is a label, or nothing where it could not be read. @param more entries that could not be read */
export function labelsOf(entries: readonly (readonly ExchangedLabel[])[], more = 0): Pick<ExchangedImage, 'labels' | 'unread'> {
  const unread = more + entries.filter((entry) => entry.length === 0).length;
  return { labels: entries.flat(), ...(unread > 0 ? { unread } : {}) };
}

/** A piece of a label, in formats that say which pieces belong together. */
export interface Piece {
  readonly label: FoundLabel;
  /** Pieces of one class and one group are one label; null for a piece that is a label by itself. */
  readonly group: string | null;
  readonly subject: string;
}

/** Labels from their pieces; id, score and the rest are those of the first piece. @param entries each a piece, or nothing as in {@link labelsOf} */
export function unitePieces(entries: readonly (readonly Piece[])[], log: IssueLog): Pick<ExchangedImage, 'labels' | 'unread'> {
  const groups = new Map<string, Piece[]>();
  for (const [index, piece] of entries.flat().entries()) {
    const key = piece.group === null ? `piece ${index}` : JSON.stringify([piece.group, piece.label.category]);
    groups.set(key, [...(groups.get(key) ?? []), piece]);
  }
  const labels = [...groups.values()].map((group) => {
    const [{ label, subject }] = group;
    const mask: Rle = rle.union(group.map((piece) => piece.label.mask));
    return withBox({ ...label, mask }, subject, log);
  });
  return labelsOf(labels, entries.filter((entry) => entry.length === 0).length);
}

/** What a reader hands back: each picture once, and each id of ours on one label. */
export const settled = (images: readonly ExchangedImage[], log: IssueLog): ExchangedImage[] => withOwnIds(oncePerPicture(images, log), log);

/**
 * The pictures, each with its first entry alone. Later entries are not united with it, as they may be copies; but their labels count as
 * unread, so that nobody takes them for missing. Pictures of one name and two hashes are two.
 */
function oncePerPicture(images: readonly ExchangedImage[], log: IssueLog): ExchangedImage[] {
  const byName = new Map<string, ExchangedImage[]>();
  for (const image of images) {
    const { fileName, sha256, labels, unread = 0 } = image;
    const namesakes = byName.get(fileName) ?? [];
    byName.set(fileName, namesakes);
    const at = namesakes.findIndex((one) => one.sha256 === sha256 || one.sha256 === null || sha256 === null);
    if (at < 0) namesakes.push(image);
    else {
      const left = `this one is left out with its labels (${labels.length})`;
      log.add(`image ${JSON.stringify(fileName)}`, 'duplicate-picture', `an entry before is of the same picture; ${left}`);
      const more = labels.length + unread;
      if (more > 0) namesakes[at] = { ...namesakes[at], unread: (namesakes[at].unread ?? 0) + more };
    }
  }
  return [...byName.values()].flat();
}

/** The pictures, where no id of ours is given to two labels: copies that were made in the other program are new labels. */
function withOwnIds(images: readonly ExchangedImage[], log: IssueLog): ExchangedImage[] {
  const used = new Set<string>();
  return images.map((image) => ({
    ...image,
    labels: image.labels.map((label) => {
      if (label.id === null) return label;
      if (!used.has(label.id)) {
        used.add(label.id);
        return label;
      }
      log.add(`label ${label.id}`, 'duplicate-label-id', `${JSON.stringify(image.fileName)} has a copy of it, which is a new label`);
      return { ...label, id: null };
    }),
  }));
}

/** The only path of a source that fits. @throws SelfpasteError DATA_NO_EXCHANGE_FILE for none or several */
export function onlyPath(source: ExchangeSource, what: string, fits: (path: string) => boolean): string {
  const found = source.paths.filter(fits);
  if (found.length === 1) return found[0];
  throw noFile(source, what, found);
}

export function noFile(source: ExchangeSource, what: string, found: readonly string[]): SelfpasteError {
  const got = found.length === 0 ? 'none' : `${found.length} (${found.slice(0, 3).join(', ')}${found.length > 3 ? ', ...' : ''})`;
  return new SelfpasteError(
    'DATA_NO_EXCHANGE_FILE',
    `Expected ${what} for ${JSON.stringify(source.name)}, got ${got}`,
    found.length === 0
      ? 'name the format that the files have with --format'
      : 'give the file itself, or a folder with only the files of one export',
  );
}

/** A file that is not of its format. */
export const badExchange = (file: string, expected: string, got: string, cause?: unknown): SelfpasteError =>
  new SelfpasteError(
    'DATA_BAD_EXCHANGE',
    `Expected ${expected} for ${JSON.stringify(file)}, got ${got}`,
    'name the format that the file has with --format, or export it again',
    cause,
  );

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a reader of one file or more hands back. */
export const issuesOf = (logs: readonly IssueLog[]): Issue[] => logs.flatMap(({ issues }) => issues);
