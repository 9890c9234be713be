import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Hono } from 'hono';
import { type Box, expectation, predictionId, type RgbImage, rle, SelfpasteError, type Sha256 } from '../../core/index.ts';
import { decodeImported, drawThumbnail, type ImportedFile, viewAround } from '../../dataset/index.ts';
import { drawableLabels, type RunDatabase, standingDrawing } from '../../db/index.ts';
import { namedLabel } from '../../pipeline/index.ts';
import { BoundedCache } from '../bounded-cache.ts';
import { Lanes } from '../lanes.ts';
import type { Site } from '../site.ts';

/** Width and height of a thumbnail. */
export const THUMBNAIL_SIDE_PX = 160;
const PICTURE_BYTES = 192 * 2 ** 20;
const THUMBNAIL_BYTES = 48 * 2 ** 20;

/** What a thumbnail shows: it follows from this alone. */
interface Sight {
  readonly file: ImportedFile;
  readonly view: Box;
}

/** An object of a picture as a small picture, made when it is asked for. */
export function thumbnailRoutes(site: Site): Hono {
  const routes = new Hono();
  const thumbnails = new Thumbnails();
  routes.get('/api/labels/:name/thumbnail', async (context) => {
    const sight = site.read((db) => sightOf(db, context.req.param('name')));
    const content = contentOf(sight.file.sha256, sight.view);
    // An address with its content never has another one; one without may, where a run was begun anew in the same folder.
    const isFixed = context.req.query('content') === content;
    const headers = { ETag: `"${content}"`, 'Cache-Control': isFixed ? 'private, max-age=31536000, immutable' : 'private, no-cache' };
    if (context.req.header('if-none-match') === headers.ETag) return context.body(null, 304, headers);
    const bytes = await thumbnails.of(content, sight, context.req.raw.signal);
    return context.body(bytes, 200, { ...headers, 'Content-Type': 'image/webp' });
  });
  return routes;
}

/** Address of a thumbnail that the browser may keep for ever. */
export const thumbnailAddress = (name: string, sha256: Sha256, view: Box): string =>
  `/api/labels/${name}/thumbnail?content=${contentOf(sha256, view)}`;

const contentOf = (sha256: Sha256, { x1, y1, x2, y2 }: Box): string =>
  createHash('sha256').update(`${sha256} ${x1} ${y1} ${x2} ${y2} ${THUMBNAIL_SIDE_PX}`).digest('hex').slice(0, 32);

function sightOf(db: RunDatabase, name: string): Sight {
  const label = namedLabel(name);
  if (label?.of === 'drawn') {
    const { image, verdict } = standingDrawing(db, label.drawn);
    return { file: image, view: viewAround(rle.toBox(verdict.correction.mask), image.size) };
  }
  const [found] = label === undefined ? [] : drawableLabels(db, [predictionId(label.prediction)]);
  const file = found && db.images.byId(found.image);
  if (found === undefined || file === undefined) throw noLabel(name);
  return { file, view: viewAround(found.box, found.size) };
}

const noLabel = (name: string): SelfpasteError =>
  new SelfpasteError('USAGE_NO_LABEL', expectation('label', 'the name of a label of this run', name), 'go back to the labels');

/** Makes thumbnails a few at a time, each picture and each thumbnail once as long as there is room to remember it. */
class Thumbnails {
  readonly #lanes = new Lanes(availableParallelism());
  readonly #made = new BoundedCache<string, Uint8Array<ArrayBuffer>>(THUMBNAIL_BYTES);
  readonly #pictures = new BoundedCache<Sha256, RgbImage>(PICTURE_BYTES);
  readonly #decoding = new Map<Sha256, Promise<RgbImage>>();

  async of(content: string, { file, view }: Sight, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const made = this.#made.get(content);
    if (made) return made;
    return await this.#lanes.run(signal, async () => {
      const bytes = new Uint8Array(await drawThumbnail(await this.#picture(file), view, THUMBNAIL_SIDE_PX));
      this.#made.set(content, bytes, bytes.length);
      return bytes;
    });
  }

  /** Objects of one picture that are asked for together wait for one decoding. */
  #picture(file: ImportedFile): Promise<RgbImage> {
    const known = this.#pictures.get(file.sha256);
    if (known) return Promise.resolve(known);
    const decoding = this.#decoding.get(file.sha256) ?? this.#decode(file);
    this.#decoding.set(file.sha256, decoding);
    return decoding;
  }

  async #decode(file: ImportedFile): Promise<RgbImage> {
    try {
      const image = await decodeImported(file);
      this.#pictures.set(file.sha256, image, image.data.length);
      return image;
    } finally {
      this.#decoding.delete(file.sha256);
    }
  }
}
