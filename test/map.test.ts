import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './cli/run.js';

const architecture = readFileSync(join(root, 'docs/architecture.md'), 'utf8');

/** Source files by their path under src/, each with the files that it imports, types included. */
const importsOf = new Map(
  (readdirSync(join(root, 'src'), { recursive: true }) as string[])
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .map((path) => {
      const source = readFileSync(join(root, 'src', path), 'utf8');
      const targets = [...source.matchAll(/^(?:import|export)\b[^;]*?from '(\.[^']*)\.js';/gm)].map(([, target]) =>
        normalize(join(dirname(path), `${target}.ts`)),
      );
      return [path, targets];
    }),
);

/** The layers in the diagram of imports in docs/architecture.md, from the top. */
const layers = (/^ {4}cli\.ts → main\.ts\n(?: {4}→ .+\n)+/m.exec(architecture)?.[0] ?? '')
  .split(/→|\n/)
  .map((layer) => layer.trim())
  .filter((layer) => layer !== '')
  .map((layer) => layer.split(', '));

const OPEN_TO_ALL = ['failure.ts', 'load-package.ts', 'quantities.ts', 'io.ts'];
const folderOf = (path: string) => path.split('/')[0] ?? '';
const layerOf = (path: string) => layers.findIndex((layer) => layer.includes(folderOf(path)));
/** The one pair of folders that import each other. */
const areMutual = (...paths: string[]) => paths.map(folderOf).sort().join() === 'files,process';

test.each(['docs/architecture.md', 'docs/method.md', 'docs/evaluation.md', 'CONTRIBUTING.md'])(
  '%s names only files that exist',
  (document) => {
    const text = readFileSync(join(root, document), 'utf8');
    const paths = [...text.matchAll(/`([\w./-]+\.(?:ts|js|md))`/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(0);
    const missing = paths.filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, 'src', path)));
    expect(missing).toEqual([]);
  },
);

test('"Where to look" names only identifiers that exist', () => {
  const section = /^### Where to look\n(.*?)^## /ms.exec(architecture)?.[1] ?? '';
  const names = [...section.matchAll(/`(#?[a-z]\w*)`/g)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(5);
  const sources = [...importsOf.keys()].map((path) => readFileSync(join(root, 'src', path), 'utf8')).join('\n');
  const words = new Set(sources.match(/#?\b[A-Za-z_]\w*/g));
  expect(names.filter((name) => !words.has(name))).toEqual([]);
});

test('the table of folders in docs/architecture.md lists every folder of src/', () => {
  const mapped = [...architecture.matchAll(/^\| `([\w-]+)\/` \|/gm)].map(([, folder]) => folder);
  const folders = [...importsOf.keys()].filter((path) => path.includes('/')).map(folderOf);
  expect(mapped.sort()).toEqual([...new Set(folders)].sort());
});

test('files import only from lower layers', () => {
  expect(layers).toHaveLength(17);
  const upwards = [...importsOf].flatMap(([path, targets]) =>
    OPEN_TO_ALL.includes(path)
      ? []
      : targets
          .filter((target) => !OPEN_TO_ALL.includes(target))
          .filter((target) => folderOf(target) !== folderOf(path) && !areMutual(path, target))
          .filter((target) => layerOf(path) < 0 || layerOf(target) <= layerOf(path))
          .map((target) => `${path} → ${target}`),
  );
  expect(upwards).toEqual([]);
});

test('no imports are circular', () => {
  const isDone = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, chain: readonly string[]): void => {
    if (chain.includes(path)) circles.push([...chain.slice(chain.indexOf(path)), path].join(' → '));
    else if (!isDone.has(path)) for (const target of importsOf.get(path) ?? []) visit(target, [...chain, path]);
    isDone.add(path);
  };
  for (const path of importsOf.keys()) visit(path, []);
  expect(circles).toEqual([]);
});
