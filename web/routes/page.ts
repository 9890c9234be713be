import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { SelfpasteError } from '../../core/index.ts';
import type { Access } from '../access.ts';

const FILES = { 'main.js': 'text/javascript; charset=utf-8', 'main.css': 'text/css; charset=utf-8' } as const;
/** Addresses of the views of `page/views.ts`: the page itself finds out which it is. */
const VIEWS = ['/', '/labels', '/image/:id', '/policy', '/compare', '/augmentation'] as const;

/** The page, and what it is made of. */
export function pageRoutes({ token }: Access): Hono {
  const routes = new Hono();
  // The token lets our page write; a page of another site cannot read this one.
  const page = () => builtFile('index.html').replace('name="selfpaste-token" content=""', `name="selfpaste-token" content="${token}"`);
  for (const view of VIEWS) routes.get(view, (context) => context.html(page()));
  for (const [name, type] of Object.entries(FILES))
    routes.get(`/page/${name}`, (context) => context.body(builtFile(name), 200, { 'Content-Type': type }));
  return routes;
}

/** A file of the page as `npm run build` made it. */
export function builtFile(name: string): string {
  try {
    return readFileSync(new URL(`../page/${name}`, import.meta.url), 'utf8');
  } catch (error) {
    throw new SelfpasteError(
      'ENVIRONMENT_NO_PAGE',
      `Expected the built page in web/page, got no ${name}`,
      'build it with `npm run build`',
      error,
    );
  }
}
