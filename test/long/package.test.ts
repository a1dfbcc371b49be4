import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BINARY, root } from '../cli/run.js';
import { temporaryFolders } from '../files/temporary.js';

const newFolder = temporaryFolders();
const TIMEOUT_MS = 600_000;

const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const [buildStage = '', finalStage = ''] = dockerfile.split(/^(?=FROM )/m).slice(1);
const commandsOf = (stage: string) => [...stage.matchAll(/^RUN (.+)$/gm)].map(([, command = '']) => command);
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').trim().split('\n');

/** Runs a program to its end. @returns its stdout. @throws Error with its whole output if it fails. */
function outputOf(folder: string, env: NodeJS.ProcessEnv, program: string, ...args: string[]): string {
  const { error, status, stdout, stderr } = spawnSync(program, args, { cwd: folder, env, encoding: 'utf8' });
  if (error || status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error ?? status}\n${stdout}${stderr}`);
  return stdout;
}

/** A folder for PATH with only a few programs: no C compiler, no make, no Python. */
function pathWithoutCompilers(): string {
  const folder = newFolder();
  for (const program of ['node', 'npm', 'sh', 'env', 'rm']) {
    const found = (process.env.PATH ?? '').split(delimiter).find((each) => existsSync(join(each, program)));
    if (found === undefined) throw new Error(`${program} is not on the PATH`);
    symlinkSync(program === 'node' ? process.execPath : join(found, program), join(folder, program));
  }
  return folder;
}

describe('the package, made and installed as the Dockerfile does', () => {
  test('the build stage copies existing files, and the final stage installs the package for a normal user', () => {
    const copied = [...buildStage.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' '));
    for (const file of copied) expect(existsSync(join(root, file)), file).toBe(true);
    expect(finalStage).toContain('COPY --from=build /tmp/recommend-cli-*.tgz /tmp/\n');
    expect(finalStage).toMatch(/^USER node$/m);
    expect(finalStage).toMatch(/^ENTRYPOINT \["recommend"\]$/m);
  });

  test(
    'a fresh copy can be packed, and the package installs without a compiler and gives the same lists as the checkout',
    () => {
      const [copy, packed, prefix, elsewhere] = [newFolder(), newFolder(), newFolder(), newFolder()];
      const isSent = (path: string) => !ignored.includes(relative(root, path));
      cpSync(root, copy, { recursive: true, filter: isSent });
      const inPacked = (command: string) => command.replaceAll('/tmp', packed);
      for (const command of commandsOf(buildStage)) outputOf(copy, process.env, 'sh', '-c', inPacked(command));
      expect(readdirSync(packed)).toEqual([expect.stringMatching(/^recommend-cli-.*\.tgz$/)]);

      const bare = { ...process.env, PATH: pathWithoutCompilers() };
      mkdirSync(join(prefix, 'lib'));
      const installing = { ...bare, npm_config_prefix: prefix, npm_config_cache: newFolder() };
      for (const command of commandsOf(finalStage)) outputOf(elsewhere, installing, 'sh', '-c', inPacked(command));
      expect(readdirSync(packed)).toEqual([]);

      const installed = join(prefix, 'lib/node_modules/recommend-cli');
      const { version, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      for (const name of Object.keys(devDependencies)) {
        expect(existsSync(join(installed, 'node_modules', name)), name).toBe(false);
      }
      const recommend = (...args: string[]) => outputOf(elsewhere, bare, join(prefix, 'bin/recommend'), ...args);
      expect(recommend('--version')).toBe(`${version}\n`);
      expect(recommend('help', 'nightly')).toContain('Exit codes');
      expect(recommend('completion', 'bash')).toContain('complete -F _recommend recommend');
      expect(readFileSync(join(prefix, 'share/man/man1/recommend.1'), 'utf8')).toMatch(/^\.TH RECOMMEND 1 /);

      const books = join(installed, 'fixtures/books');
      const job = ['--users', join(books, 'ratings.csv'), '--items', join(books, 'books.csv'), '-n', '5', '--titles'];
      const lists = recommend(...job);
      expect(lists.split('\n').length).toBeGreaterThan(2_900 * 5);
      expect(lists).toBe(outputOf(elsewhere, process.env, process.execPath, BINARY, ...job));
    },
    TIMEOUT_MS,
  );
});
