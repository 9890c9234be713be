import { Hono } from 'hono';
import { browserPicture } from '../../dataset/index.ts';
import type { ImageRow } from '../../db/index.ts';
import type { Site } from '../site.ts';
import { imageAsked } from './asked-image.ts';

/** The pixels of the run's pictures: by id from its database alone, never by path. */
export function pictureRoutes(site: Site): Hono {
  const routes = new Hono();
  routes.get('/api/images/:id/picture', async (context) => {
    const image = site.read((db) => imageAsked(db, context.req.param('id')));
    // An address with the hash of the content never has another one; one without may, where a run was begun anew in the same folder.
    const isFixed = context.req.query('content') === image.sha256;
    const headers = { ETag: `"${image.sha256}"`, 'Cache-Control': isFixed ? 'private, max-age=31536000, immutable' : 'private, no-cache' };
    if (context.req.header('if-none-match') === headers.ETag) return context.body(null, 304, headers);
    const { bytes, type } = await browserPicture(image);
    return context.body(bytes, 200, { ...headers, 'Content-Type': type });
  });
  return routes;
}

/** Where a picture's pixels are served; the browser may keep them for ever. */
export const pictureAddress = ({ id, sha256 }: Pick<ImageRow, 'id' | 'sha256'>): string => `/api/images/${id}/picture?content=${sha256}`;
