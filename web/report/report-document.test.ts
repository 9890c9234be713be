import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Report } from '../contract/report.ts';
import { jsonInMarkup, reportDocument } from './report-document.ts';

const HOSTILE = ['</script>', '<!--', '<script>', ']]>', '&lt;', '\u2028', '\u2029', '<img src=x onerror=alert(1)>', '\\', '"', '\ud800'];
const text = fc.array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' }))).map((parts) => parts.join(''));

test('data in a page are the same data, and never markup', () => {
  fc.assert(
    fc.property(fc.dictionary(text, fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.array(text))), (data) => {
      const json = jsonInMarkup(data);
      assert.doesNotMatch(json, /[<>&\u2028\u2029]/);
      assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(data)));
    }),
  );
});

const PAGE = { script: 'render("<p>");', style: 'p{color:red}' };
const report = (name: string) => ({ run: { name } }) as Report;

test('a page allows its one script, its one style and its own pictures, and nothing else', () => {
  const page = reportDocument(PAGE, report('a'));
  const hash = (part: string) => `'sha256-${createHash('sha256').update(part).digest('base64')}'`;
  const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
  assert.deepEqual(policy.split('; '), [
    "default-src 'none'",
    `script-src ${hash(PAGE.script)}`,
    `style-src ${hash(PAGE.style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  assert.ok(page.includes(`<script type="module">${PAGE.script}</script>`) && page.includes(`<style>${PAGE.style}</style>`));
  assert.ok(page.indexOf('Content-Security-Policy') < page.indexOf('<style>'), 'the policy comes before what it is about');
});

test('no name leaves the element of the data', () => {
  const markup = (name: string) => reportDocument(PAGE, report(name)).replaceAll(/[^<>]/g, '');
  fc.assert(fc.property(text, (name) => assert.equal(markup(name), markup('a'))));
});
