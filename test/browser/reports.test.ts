import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtures, run } from '../cli/run.js';
import { sharedFolder } from '../files/temporary.js';
import { CHROMIUM, expectFlawless, type Opened, opened, startChromium, takeScreenshot, VIEWS } from './browser.js';

/* The pages of `evaluate --report` and `describe --report` for the data in fixtures/books. */

const folder = sharedFolder();
const FILES = ['-u', join(fixtures, 'books', 'ratings.csv'), '-i', join(fixtures, 'books', 'books.csv')];
let browser: Browser;

beforeAll(async () => {
  if (!CHROMIUM) return;
  for (const [command, more] of [
    ['evaluate', ['--algorithms', 'ridge,cosine,content', '--sample-users', '1000']],
    ['describe', []],
  ] as const) {
    const args = [command, ...FILES, ...more, '--report', `${command}.html`, '-o', `${command}.txt`];
    expect(await run(args, { folder })).toMatchObject({ code: 0 });
  }
  browser = await startChromium();
});
afterAll(() => browser?.close());

describe.skipIf(!CHROMIUM).each([...VIEWS])('reports ($name)', (view) => {
  test('of an evaluation begin with the conclusion, have readable plots, and users that can be expanded', async () => {
    const shown: Opened = await opened(browser, join(folder, 'evaluate.html'), view);
    const { page } = shown;
    await page.getByRole('heading', { level: 1, name: /^ridge finds \d+ % more than cosine/ }).waitFor();
    await expectFlawless(shown);
    await takeScreenshot(shown, `report evaluate ${view.name}`);
    const user = page.locator('details').nth(3);
    expect(await user.getAttribute('open')).toBeNull();
    await user.locator('summary').focus();
    await page.keyboard.press('Enter');
    await user.getByText('Recommended, and why').waitFor();
    await expectFlawless(shown);
    const sizes: number[] = await page.evaluate(
      `[...document.querySelectorAll('svg text')].map((each) => each.getBoundingClientRect().height).filter((height) => height > 0)`,
    );
    expect(sizes.length).toBeGreaterThan(50);
    expect(Math.min(...sizes)).toBeGreaterThan(9);
    await shown.close();
  });

  test('of a description show how the input was understood and its columns', async () => {
    const shown: Opened = await opened(browser, join(folder, 'describe.html'), view);
    await shown.page.getByRole('heading', { level: 1, name: /^Understood: 59,434 interactions/ }).waitFor();
    await shown.page.getByRole('region', { name: /^Columns of .*books.csv/ }).waitFor();
    await expectFlawless(shown);
    await takeScreenshot(shown, `report describe ${view.name}`);
    await shown.close();
  });
});
