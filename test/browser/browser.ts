import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/*
 * What people see, in a real browser: `opened` opens a page, served or a file, in one of the `VIEWS`; `expectSound` fails where something is wrong
 * with it. Where RECOMMEND_SCREENSHOTS names a folder, `photographed` puts pictures there. Tests are skipped where `CHROMIUM` is undefined.
 */

/** How a page is looked at. */
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

/** A page, and what its console said against it. */
export interface Opened {
  page: Page;
  /** Errors and warnings of the console, exceptions, and requests that failed. */
  complaints: string[];
  close: () => Promise<void>;
}

/** Pixels that a finger hits. */
const TAP = 44;

/** Chromium as Debian and others call it; undefined: it is not installed, which is said loudly. */
export const CHROMIUM = installedChromium();

function installedChromium(): string | undefined {
  const names = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'].flatMap((name) => name || []);
  const found = names.find((name) => spawnSync(name, ['--version']).status === 0);
  if (!found) process.stderr.write('\n!!! There is no Chromium, so pages are NOT TESTED: apt-get install chromium\n\n');
  return found;
}

/** Starts Chromium without a window. It asks nobody for anything but the pages that it is told to open. */
export function startChromium(): Promise<Browser> {
  const path = spawnSync('sh', ['-c', `command -v '${CHROMIUM}'`], { encoding: 'utf8' }).stdout.trim();
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  // As root it refuses to start with its sandbox.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath: path, chromiumSandbox: !isRoot, args: [...quiet, '--disable-gpu'] });
}

/** Opens a page. @param where a URL, or the path of an HTML file. */
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
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => complaints.push(`not loaded: ${request.url()}`));
  await page.goto(/^https?:/.test(where) ? where : pathToFileURL(resolve(where)).href);
  return { page, complaints, close: () => context.close() };
}

/** Fails where the page complained, can be scrolled sideways, breaks a rule of axe, or on a phone has something too small to be hit. */
export async function expectSound({ page, complaints }: Opened): Promise<void> {
  const { width = 0 } = page.viewportSize() ?? {};
  expect({
    complaints,
    sideways: await sideways(page),
    violations: await violations(page),
    tooSmall: width < 600 ? await tooSmall(page) : [],
  }).toEqual({ complaints: [], sideways: [], violations: [], tooSmall: [] });
}

/** Elements that reach beyond the right edge where the page can be scrolled sideways; code in strings, since here is no DOM. */
function sideways(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const beyond = [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > width + 0.5);
    return ['scrolls sideways', ...beyond.slice(0, 5).map((each) => each.outerHTML.slice(0, 100))];
  })()`);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds, contrast of colours included. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run(document).then(({ violations }) => violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => id + ' (' + help + ') at ' + target.join(' ') + ': ' + failureSummary)))`);
}

/** What can be tapped but is smaller than a finger. Links within a sentence may be. */
function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('a, button, input, textarea, select, summary')].flatMap((each) => {
    const { width, height } = each.getBoundingClientRect();
    const isShown = each.checkVisibility() && width > 0;
    const isInText = each.matches('p a, td a');
    return isShown && !isInText && Math.min(width, height) < ${TAP} - 0.5
      ? [Math.round(width) + ' × ' + Math.round(height) + ': ' + each.outerHTML.slice(0, 100)] : [];
  })`);
}

/** Puts a picture of the whole page into the folder of screenshots, where there is to be one. */
export async function photographed({ page }: Opened, name: string): Promise<void> {
  const folder = process.env.RECOMMEND_SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name.replace(/[^\w-]+/g, '-')}.png`), fullPage: true });
}
