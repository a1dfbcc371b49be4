import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/*
 * Pages in a real browser: `opened` opens a URL or a file in one of the `VIEWS`; `expectFlawless` fails if something is wrong with the page.
 * If RECOMMEND_SCREENSHOTS names a folder, `takeScreenshot` writes screenshots to it. Tests are skipped if `CHROMIUM` is undefined.
 */

/** A window size and colour scheme in which a page is tested. */
export interface View {
  name: string;
  width: number;
  height: number;
  scheme: 'light' | 'dark';
}

export const VIEWS: readonly View[] = (['light', 'dark'] as const).flatMap((scheme) => [
  { name: `phone, ${scheme}`, width: 360, height: 740, scheme },
  { name: `desk, ${scheme}`, width: 1280, height: 900, scheme },
]);

/** An open page and its errors. */
export interface Opened {
  page: Page;
  /** Console errors and warnings, exceptions, and failed requests. */
  pageErrors: string[];
  close: () => Promise<void>;
}

/** Smallest width and height of a touch target, in pixels. */
const TAP = 44;

/** The name of the Chromium program; undefined if it is not installed, which is reported on stderr. */
export const CHROMIUM = installedChromium();

function installedChromium(): string | undefined {
  const names = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'].flatMap((name) => name || []);
  const found = names.find((name) => spawnSync(name, ['--version']).status === 0);
  if (!found) process.stderr.write('\n!!! There is no Chromium, so pages are NOT TESTED: apt-get install chromium\n\n');
  return found;
}

/** Starts Chromium without a window and without its background requests. */
export function startChromium(): Promise<Browser> {
  const path = spawnSync('sh', ['-c', `command -v '${CHROMIUM}'`], { encoding: 'utf8' }).stdout.trim();
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  // Chromium's sandbox does not work as root.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath: path, chromiumSandbox: !isRoot, args: [...quiet, '--disable-gpu'] });
}

/** Opens a page. @param where a URL or the path of an HTML file. */
export async function opened(browser: Browser, where: string, view: View): Promise<Opened> {
  const { width, height, scheme } = view;
  const isPhone = width < 600;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    hasTouch: isPhone,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(5_000);
  const pageErrors: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) pageErrors.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => pageErrors.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => pageErrors.push(`not loaded: ${request.url()}`));
  await page.goto(/^https?:/.test(where) ? where : pathToFileURL(resolve(where)).href);
  return { page, pageErrors, close: () => context.close() };
}

/** Fails if the page had errors, scrolls sideways, breaks a rule of axe, or has touch targets that are too small on a phone. */
export async function expectFlawless({ page, pageErrors }: Opened): Promise<void> {
  const { width = 0 } = page.viewportSize() ?? {};
  expect({
    pageErrors,
    sideways: await sideways(page),
    violations: await violations(page),
    tooSmall: width < 600 ? await tooSmall(page) : [],
  }).toEqual({ pageErrors: [], sideways: [], violations: [], tooSmall: [] });
}

/** Elements beyond the right edge if the page scrolls sideways. The code is a string, since the test itself has no DOM types. */
function sideways(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const beyond = [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > width + 0.5);
    return ['scrolls sideways', ...beyond.slice(0, 5).map((each) => each.outerHTML.slice(0, 100))];
  })()`);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The violations that axe finds, including colour contrast. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run(document).then(({ violations }) => violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => id + ' (' + help + ') at ' + target.join(' ') + ': ' + failureSummary)))`);
}

/** Touch targets that are too small. Links within text are allowed to be. */
function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('a, button, input, textarea, select, summary')].flatMap((each) => {
    const { width, height } = each.getBoundingClientRect();
    const isShown = each.checkVisibility() && width > 0;
    const isInText = each.matches('p a, td a');
    return isShown && !isInText && Math.min(width, height) < ${TAP} - 0.5
      ? [Math.round(width) + ' × ' + Math.round(height) + ': ' + each.outerHTML.slice(0, 100)] : [];
  })`);
}

/** Writes a screenshot of the whole page if RECOMMEND_SCREENSHOTS is set. */
export async function takeScreenshot({ page }: Opened, name: string): Promise<void> {
  const folder = process.env.RECOMMEND_SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name.replace(/[^\w-]+/g, '-')}.png`), fullPage: true });
}
