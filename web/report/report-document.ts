import { createHash } from 'node:crypto';
import type { Report } from '../contract/report.ts';

/** What a report's page is made of, as `npm run build` makes it. */
export interface ReportPage {
  readonly script: string;
  readonly style: string;
}

/**
 * One page that asks nobody: its policy allows this one script, this one style and pictures within it, and no data stand in its markup but
 * as JSON without a character that markup begins with.
 */
export function reportDocument({ script, style }: ReportPage, report: Report): string {
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="generator" content="selfpaste" />
    <title>selfpaste report</title>
    <link rel="icon" href="data:," />
    <style>${style}</style>
  </head>
  <body>
    <noscript>This report draws its tables and curves with a script of its own: allow it to run.</noscript>
    <div id="page"></div>
    <script type="application/json" id="report">${jsonInMarkup(report)}</script>
    <script type="module">${script}</script>
  </body>
</html>
`;
}

/** JSON in which nothing can end the element that it stands in, or begin another one. */
export const jsonInMarkup = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
