import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BINARY, fixtures, run } from '../cli/run.js';
import { sharedFolder } from '../files/temporary.js';
import { CHROMIUM, expectFlawless, type Opened, opened, startChromium, takeScreenshot, VIEWS } from './browser.js';

/*
 * The page of `recommend serve` for the data in fixtures/books, with one more book whose id and title, and the id of one of its users, are markup.
 */
const MARKUP = '<img src=x onerror=alert(1)>';

let server: ChildProcess;
let url: string;
let browser: Browser;
let shown: Opened;

beforeAll(async () => {
  const folder = sharedFolder();
  const had = (user: string) => [1, 2, 17].map((item) => `${user},${item},5\n`).join('');
  const more = `${had(MARKUP)}${MARKUP},${MARKUP},5\n35,${MARKUP},5\n12,${MARKUP},4\n`;
  const copied = (name: string, rows: string) =>
    writeFileSync(join(folder, name), readFileSync(join(fixtures, 'books', name), 'utf8') + rows);
  copied('ratings.csv', more);
  copied('books.csv', `${MARKUP},${MARKUP},Nobody,2020,eng,fantasy\n`);
  const files = ['-u', 'ratings.csv', '-i', 'books.csv', '--algorithm', 'ridge'];
  const fitted = await run(['fit', ...files, '--model', 'books.rec', '-q'], { folder });
  expect(fitted).toMatchObject({ code: 0 });
  const args = ['serve', '--model', 'books.rec', '--port', '0', '--log-format', 'json'];
  server = spawn(process.execPath, [BINARY, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of createInterface({ input: server.stderr as NodeJS.ReadableStream })) {
    url = JSON.parse(line).url;
    if (url) break;
  }
  browser = await startChromium();
});
afterAll(async () => {
  await browser?.close();
  if (!server) return;
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
});

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 2, name, exact: true }).waitFor();
const items = (page: Page, title: string) =>
  page.locator('section', { has: page.getByRole('heading', { name: title }) }).locator('.card > li');

describe.skipIf(!CHROMIUM).each([...VIEWS])('the served page ($name)', (view) => {
  const screenshot = (what: string) => takeScreenshot(shown, `serve ${view.name} ${what}`);
  beforeAll(async () => {
    shown = await opened(browser, url, view);
  });
  afterAll(() => shown.close());

  test('begins with the possible queries and the date of the model', async () => {
    await shown.page.getByText(/1,001 items; model of .* 20\d\d.*, learned by ridge/).waitFor();
    await shown.page.getByText('Type the id of a user').waitFor();
    expect(await shown.page.getByRole('textbox').count()).toBe(1);
    await expectFlawless(shown);
    await screenshot('1 start');
  });

  test('shows a user’s history and list, with reasons that add up to each score', async () => {
    const { page } = shown;
    await page.getByLabel('Id of a user').fill('35');
    await page.getByRole('button', { name: 'Show' }).click();
    await heading(page, 'User 35');
    expect(await items(page, 'History').count()).toBeGreaterThan(30);
    const lists = items(page, 'Recommended');
    expect(await lists.count()).toBe(10);
    for (const item of await lists.all()) {
      const [score = '', ...parts] = await item.locator('.number').allTextContents();
      const decimals = score.split('.')[1]?.length ?? 0;
      expect(parts.length).toBeGreaterThan(0);
      expect(parts.reduce((sum, part) => sum + Number(part), 0).toFixed(decimals)).toBe(score);
    }
    await page.getByText(/^had /).first().waitFor();
    await page
      .getByText(/^\d+ others$/)
      .first()
      .waitFor();
    await expectFlawless(shown);
    await screenshot('2 user');
  });

  test('finds items and shows similar ones; back, forward and a shared link show the same page again', async () => {
    const { page } = shown;
    await page.getByRole('link', { name: 'An item' }).click();
    await page.getByLabel('Title or id').fill('hobbit');
    await page.getByRole('button', { name: 'Search' }).click();
    await heading(page, 'Items with “hobbit”');
    await expectFlawless(shown);
    await screenshot('3 search');
    await page.getByRole('link', { name: 'The Hobbit', exact: true }).click();
    await heading(page, 'The Hobbit');
    expect(await items(page, 'Goes well with it').count()).toBe(10);
    await expectFlawless(shown);
    await screenshot('4 item');
    await page.goBack();
    await heading(page, 'Items with “hobbit”');
    expect(await page.getByLabel('Title or id').inputValue()).toBe('hobbit');
    await page.goForward();
    await heading(page, 'The Hobbit');
    const again = await opened(browser, page.url(), view);
    await heading(again.page, 'The Hobbit');
    expect(again.pageErrors).toEqual([]);
    await again.close();
  });

  test('recommends to a new user from pasted ids, and names the unknown ones', async () => {
    const { page } = shown;
    await page.getByRole('link', { name: 'Recommend to somebody who had this' }).click();
    await heading(page, 'Somebody new');
    expect(await page.getByLabel('What they had').inputValue()).toBe('7');
    await page.getByLabel('What they had').fill(`7\n1\n${MARKUP}?\n`);
    await page.getByLabel('What they like').fill('tags:fantasy\ntags:romance:-1');
    await page.getByRole('button', { name: 'Recommend' }).click();
    await page.getByText(`Left out, since the model does not know it: history: ${MARKUP}?`).waitFor();
    expect(await items(page, 'Recommended').count()).toBe(10);
    await page.getByText('had The Hobbit', { exact: true }).first().waitFor();
    await expectFlawless(shown);
    await screenshot('5 new');
    await page.goBack();
    await page.getByText('1 item, 0 preferences').waitFor();
  });

  test('shows ids and titles with markup as text', async () => {
    const { page } = shown;
    await page.getByRole('link', { name: 'A user' }).click();
    await page.getByLabel('Id of a user').fill(MARKUP);
    await page.getByRole('button', { name: 'Show' }).click();
    await heading(page, `User ${MARKUP}`);
    await items(page, 'History').getByRole('link', { name: MARKUP, exact: true }).click();
    await heading(page, MARKUP);
    expect(await page.locator('img').count()).toBe(0);
    await expectFlawless(shown);
  });

  test('explains errors in words', async () => {
    const { page, pageErrors } = shown;
    await page.goto(`${url}#/user/${encodeURIComponent(`nobody ${MARKUP}`)}`);
    await page.getByRole('alert').getByText(`The model knows no user “nobody ${MARKUP}”`).waitFor();
    // The browser itself logs that both requests got a 404.
    await expect.poll(() => pageErrors.length).toBe(2);
    expect(pageErrors.splice(0).filter((each) => !/status of 404/.test(each))).toEqual([]);
    await expectFlawless(shown);
    await screenshot('6 unknown user');
    await page.route('**/items?*', (route) => route.abort());
    await page.goto(`${url}#/items/hobbit`);
    await page.getByRole('alert').getByText('The server does not answer').waitFor();
    pageErrors.splice(0);
    await page.unroute('**/items?*');
    let answer = () => {};
    await page.route('**/items?*', async (route) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      await route.continue();
    });
    await page.goto(`${url}#/items/twilight`);
    await page.getByText('Loading …').waitFor();
    answer();
    await heading(page, 'Items with “twilight”');
    await page.unroute('**/items?*');
    await page.goto(`${url}#/items/${encodeURIComponent('no such book')}`);
    await page.getByText('No item has this in its title or id.').waitFor();
    await page.goto(`${url}#/user/%E0%A4%A`);
    await page.getByText('This link is damaged').waitFor();
    await expectFlawless(shown);
  });

  test('can be used with the keyboard only', async () => {
    const { page } = shown;
    await page.goto('about:blank');
    await page.goto(url);
    const focused = () =>
      page.evaluate<string>(`document.activeElement.textContent.trim() || document.activeElement.id`);
    const tabTo = async (name: string) => {
      for (let tabs = 0; tabs < 80; tabs++) {
        if ((await focused()) === name) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`${name} is not reached`);
    };
    await tabTo('user');
    await page.keyboard.type('12');
    await page.keyboard.press('Enter');
    await heading(page, 'User 12');
    const first = (await items(page, 'Recommended').first().getByRole('link').textContent()) ?? '';
    await tabTo(first);
    await page.keyboard.press('Enter');
    await heading(page, first);
    // The focus is on the heading of the chosen item, so that the next Tab goes to the link after it.
    expect(await focused()).toBe(first);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Recommend to somebody who had this');
    expect(shown.pageErrors).toEqual([]);
  });
});
