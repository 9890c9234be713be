import type { ImageId, Sha256, Size } from '../core/index.ts';
import type { Connection } from './connection.ts';
import { inPages } from './paging.ts';

/** What an image is for. It never changes: a validation image never becomes training data. */
export type Subset = 'labeled' | 'validation' | 'unlabeled';

/** An image on disk, known by its content. */
export interface ImageFacts {
  readonly sha256: Sha256;
  readonly path: string;
  /** As the data set names it. */
  readonly fileName: string;
  /** Upright: EXIF orientation applied. */
  readonly size: Size;
  /** EXIF orientation of the file, 1..8; 1 is upright. */
  readonly orientation: number;
  readonly subset: Subset;
  /** The image's id in its COCO file. */
  readonly sourceId: number | null;
}

export interface ImageRow extends ImageFacts {
  readonly id: ImageId;
}

/** `known` is the same image added again; `duplicate` has the content of another file, `of`, and was not added. */
export type Added = { readonly status: 'added' | 'known'; readonly id: ImageId } | { readonly status: 'duplicate'; readonly of: ImageRow };

/** An image as its columns. */
export interface ImageColumns {
  readonly id: ImageId;
  readonly sha256: Sha256;
  readonly path: string;
  readonly file_name: string;
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  readonly subset: Subset;
  readonly source_id: number | null;
}

const PAGE = 500;

/** The images of the run, all subsets. */
export class Images {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Adds an image unless its content is here already, so reading a data set again after a crash adds nothing twice. */
  add(image: ImageFacts): Added {
    const same = this.bySha256(image.sha256);
    if (same)
      return same.path === image.path && same.subset === image.subset
        ? { status: 'known', id: same.id }
        : { status: 'duplicate', of: same };
    const { size, ...facts } = image;
    const { id } = this.#connection.run(
      `INSERT INTO images (sha256, path, file_name, width, height, orientation, subset, source_id)
       VALUES (:sha256, :path, :fileName, :width, :height, :orientation, :subset, :sourceId)`,
      { ...facts, ...size },
    );
    return { status: 'added', id: id as ImageId };
  }

  byId(id: ImageId): ImageRow | undefined {
    const row = this.#connection.get<ImageColumns>('SELECT * FROM images WHERE id = ?', [id]);
    return row && imageOf(row);
  }

  bySha256(hash: Sha256): ImageRow | undefined {
    const row = this.#connection.get<ImageColumns>('SELECT * FROM images WHERE sha256 = ?', [hash]);
    return row && imageOf(row);
  }

  /** By id. Reads in pages, so the caller may wait or write between two images. */
  ofSubset(subset: Subset): Generator<ImageRow> {
    return inPages((after: ImageRow | undefined) =>
      this.#connection
        .all<ImageColumns>('SELECT * FROM images WHERE subset = ? AND id > ? ORDER BY id LIMIT ?', [
          subset,
          after?.id ?? Number.MIN_SAFE_INTEGER,
          PAGE,
        ])
        .map(imageOf),
    );
  }

  count(): Readonly<Record<Subset, number>> {
    const rows = this.#connection.all<{ subset: Subset; images: number }>('SELECT subset, count(*) AS images FROM images GROUP BY subset');
    return { labeled: 0, validation: 0, unlabeled: 0, ...Object.fromEntries(rows.map(({ subset, images }) => [subset, images])) };
  }

  /** The same content at another place: a data set that was moved. */
  moved(id: ImageId, path: string): void {
    this.#connection.run('UPDATE images SET path = ? WHERE id = ?', [path, id]);
  }
}

export function imageOf({ id, sha256, path, file_name, width, height, orientation, subset, source_id }: ImageColumns): ImageRow {
  return { id, sha256, path, fileName: file_name, size: { width, height }, orientation, subset, sourceId: source_id };
}
