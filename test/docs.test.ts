import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { configReference } from '../config/index.ts';
import { machineDot } from '../pipeline/index.ts';

/** Targets of Markdown links and pictures that lie in the repository, without their anchors. */
function linkedPaths(markdown: string): string[] {
  const prose = markdown.replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1/gm, '');
  const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)/g)];
  const references = [...prose.matchAll(/^\[[^\]]+\]:\s*<?([^\s>]+)/gm)];
  const html = [...prose.matchAll(/\b(?:src|href)="([^"]+)"/g)];
  const targets = [...inline, ...references, ...html].map(([, target = '']) => target.replace(/[#?].*$/, ''));
  return targets.filter((target) => target !== '' && !/^[a-z][a-z+.-]*:/i.test(target));
}

const pages = ['.', 'docs']
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.md'));

describe('the documentation', () => {
  it('describes every setting as the schema has it', () => {
    assert.ok(existsSync('docs/config.md'), 'docs/config.md is missing: run `npm run docs`');
    assert.equal(readFileSync('docs/config.md', 'utf8'), configReference(), 'docs/config.md is out of date: run `npm run docs`');
  });

  it('draws the machine as its code has it', async () => {
    const drawn = (await Graphviz.load()).dot(machineDot());
    assert.equal(readFileSync('docs/machine.svg', 'utf8'), drawn, 'docs/machine.svg is out of date: run `npm run docs`');
  });

  it('finds links of every form, and passes over code, anchors and other sites', () => {
    const page = [
      '[a](one.md) ![b](two.png "title") <img src="three.svg"> [c](#here) [d](https://example.com/x) [e](four.md#part)',
      '[f]: five.md',
      '```md\n[g](not-this.md)\n```',
      '[h](<six.md>)',
    ].join('\n');
    assert.deepEqual(linkedPaths(page).sort(), ['five.md', 'four.md', 'one.md', 'six.md', 'three.svg', 'two.png']);
  });

  for (const page of pages)
    it(`${page} links only to what is there`, () => {
      const missing = linkedPaths(readFileSync(page, 'utf8')).filter((target) => !existsSync(join(dirname(page), decodeURI(target))));
      assert.deepEqual(missing, []);
    });
});
