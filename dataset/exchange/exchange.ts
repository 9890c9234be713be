import type { Box, Rle, Size } from '../../core/index.ts';
import type { CocoCategory } from '../coco-categories.ts';
import type { Issue } from '../issue.ts';

/** A label on its way to another program or back. */
export interface ExchangedLabel {
  /** Our own: `p123` is a prediction, `d45` what a person drew. Null for what was made elsewhere. */
  readonly id: string | null;
  /** The run that the id is of, the same for all labels of an export; absent where nobody says. */
  readonly run?: string;
  /** The category's name. */
  readonly category: string;
  /** The model's own where the format has it, else the mask's. */
  readonly box: Box;
  readonly mask: Rle;
  /** 0..1; null for what a person drew. */
  readonly score: number | null;
  readonly crowd: boolean;
  /** What a person said of the label in the other program, where that has such a thing. */
  readonly verdict?: LabelVerdict;
}

export type LabelVerdict = 'accepted' | 'rejected';

/** A picture with its labels; none is a picture without objects. */
export interface ExchangedImage {
  /** As the data set names it, with `/` between folders. */
  readonly fileName: string;
  /** Of the picture's bytes; null where the format has no place for it. */
  readonly sha256: string | null;
  readonly size: Size;
  readonly labels: readonly ExchangedLabel[];
  /** How many entries of the picture could not be read, where there are any: a label may be missing because it is one of them. */
  readonly unread?: number;
}

/** What comes back from a format's files as it went in. Category names, file names and the masks' pixels always do. */
export interface Carries {
  readonly holes: boolean;
  readonly parts: boolean;
  readonly scores: boolean;
  readonly ids: boolean;
  readonly hashes: boolean;
  readonly crowds: boolean;
  readonly verdicts: boolean;
  /** The model's own boxes; otherwise those of the masks take their place. */
  readonly boxes: boolean;
}

/** `bridges`: one polygon for several; `pictures`: their label files have names that the tool does not look for. */
export type LossKind = keyof Carries | 'bridges' | 'pictures';

/** Something that a format cannot carry, as often as it was there. */
export interface Loss {
  readonly what: LossKind;
  readonly count: number;
  /** In words, with the number. */
  readonly sentence: string;
}

/** A file to write: its path is relative, with `/` between folders, and leads nowhere else. */
export interface ExchangeFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The files to read: one, or those of a folder. */
export interface ExchangeSource {
  /** What a person calls it, for messages. */
  readonly name: string;
  /** Relative, with `/` between folders; of a single file its name. */
  readonly paths: readonly string[];
  read(path: string): Promise<Uint8Array>;
}

/** A picture that the reader of the files knows already, for formats that do not say how large theirs are. */
export interface KnownPicture {
  readonly fileName: string;
  readonly size: Size;
}

export interface Written {
  readonly files: readonly ExchangeFile[];
  /** Empty where everything is in the files. */
  readonly losses: readonly Loss[];
}

export interface Read {
  readonly images: readonly ExchangedImage[];
  /** What was left out or repaired. */
  readonly issues: readonly Issue[];
}

/** A format of labels: values to the bytes of files, and back. Nothing here opens a file. */
export interface ExchangeFormat {
  readonly name: string;
  /** One line for people who choose. */
  readonly summary: string;
  readonly carries: Carries;
  /**
   * @param categories of the data set: every label's category is one of them
   * @param known pictures of the data set, also those without labels to write, which the names of files must tell apart
   * @throws SelfpasteError DATA_NOT_EXPRESSIBLE for a name that the format cannot hold
   */
  write(images: Iterable<ExchangedImage>, categories: readonly CocoCategory[], known?: readonly KnownPicture[]): Promise<Written>;
  /**
   * Bad entries cost only themselves and are among the issues. Each picture comes once: of several entries the first is taken.
   * @throws SelfpasteError DATA_NO_EXCHANGE_FILE, DATA_BAD_EXCHANGE, DATA_BAD_JSON where a file as a whole is not of the format
   */
  read(source: ExchangeSource, known: readonly KnownPicture[]): Promise<Read>;
}
