import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { RgbImage } from '../core/index.ts';
import { type BarChart, drawBarChart } from './bar-chart.ts';
import type { Rgb } from './canvas.ts';
import { chartColor, niceStep, shortCount } from './chart-canvas.ts';
import { drawHistograms } from './histogram-chart.ts';

/** Pixels of exactly one colour. */
function pixelsOf({ data }: RgbImage, [red, green, blue]: Rgb): number {
  let count = 0;
  for (let at = 0; at < data.length; at += 3) if (data[at] === red && data[at + 1] === green && data[at + 2] === blue) count++;
  return count;
}

const chart = (values: readonly (readonly number[])[], arrangement: BarChart['arrangement'] = 'stacked'): BarChart => ({
  title: 'a title',
  axis: 'predictions',
  series: ['kept', 'dropped'],
  rows: values.map((row, at) => ({ name: `class ${at}`, values: row, note: '' })),
  arrangement,
  format: String,
});

describe('drawBarChart', () => {
  /** The swatch in the legend, in pixels. */
  const SWATCH_PX2 = 14 * 14;
  /** Of sides that are rounded to whole pixels. */
  const ROUNDING = 0.02;

  for (const arrangement of ['stacked', 'grouped'] as const)
    it(`draws ${arrangement} bars as long as their values`, () => {
      const drawn = drawBarChart(chart([[30, 60]], arrangement));
      const [kept, dropped] = [0, 1].map((series) => pixelsOf(drawn, chartColor(series)) - SWATCH_PX2);
      assert.ok(Math.abs(dropped / kept - 2) < ROUNDING, `${dropped} and ${kept} pixels`);
    });

  it('grows with its rows, and stays a picture without any row, any value or any series', () => {
    const heightOf = (one: BarChart) => drawBarChart(one).size.height;
    assert.ok(
      heightOf(
        chart([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      ) > heightOf(chart([[1, 2]])),
    );
    for (const one of [chart([]), chart([[0, 0]]), { ...chart([]), series: [] }]) assert.ok(heightOf(one) > 0);
  });

  it('takes names of any text and length', () => {
    const name = `${'x'.repeat(300)}图像\u001b[31m`;
    const drawn = drawBarChart({ ...chart([[1, 1]]), title: name, series: [name, name], rows: [{ name, values: [1, 1], note: name }] });
    assert.equal(drawn.data.length, 3 * drawn.size.width * drawn.size.height);
  });
});

describe('drawHistograms', () => {
  const panel = (threshold: number | null) => ({ name: 'cat', counts: [9, 4, 1, 1], threshold });
  const blue = (threshold: number | null) =>
    pixelsOf(drawHistograms({ title: 't', axis: 'score', panels: [panel(threshold)] }), chartColor(0));

  it('draws what reaches the threshold in colour, and the bin that it cuts in part', () => {
    assert.ok(blue(null) > blue(0.25) && blue(0.25) > blue(0.6) && blue(0.6) > blue(0.75) && blue(0.75) > blue(1));
    assert.equal(blue(1), 0);
  });

  it('stays a picture without classes and without predictions, and with a threshold that nothing reaches', () => {
    for (const panels of [[], [{ name: 'none', counts: [0, 0], threshold: 0.5 }], [panel(1.5)]])
      assert.ok(drawHistograms({ title: 't', axis: 'score', panels }).size.height > 0);
  });
});

it('niceStep is 1, 2 or 5 times a power of ten, and takes at most as many steps as it may', () => {
  assert.deepEqual([niceStep(100, 5), niceStep(0.37, 5), niceStep(12_600, 5), niceStep(1, 5)], [20, 0.1, 5000, 0.2]);
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), fc.integer({ min: 2, max: 9 }), (most, steps) => {
      assert.ok(most / niceStep(most, steps) <= steps);
    }),
  );
});

const COUNTS: readonly (readonly [count: number, text: string])[] = [
  [0, '0'],
  [999, '999'],
  [1000, '1k'],
  [1250, '1.3k'],
  [9960, '10k'],
  [34_400, '34k'],
  [999_600, '1M'],
  [5_600_000, '5.6M'],
];
for (const [count, text] of COUNTS) it(`shortCount: ${count} is ${text}`, () => assert.equal(shortCount(count), text));
