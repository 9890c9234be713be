/** Style sheets go into the page's own by being imported (esbuild). */
declare module '*.css';
