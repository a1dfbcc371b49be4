/*
 * npm run bench:serve -- [--seconds 8] [--rounds 3] [--connections 16] [--only static,plain,health,1,2,2-log]
 *
 * The cost of answering over HTTP: `recommend serve` with one and two children, beside a plain server that answers from the same model in
 * its own process, and one that sends a constant. Random users, lists of ten. bench/README.md has the results.
 */
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { serve } from '../src/cli/serve-options.js';
import { parse } from '../src/cli/values.js';
import { Random } from '../src/matrix/sampling.js';

import { type FamilyMember, familyOf, spreadOf } from './measure.js';
import { writeRatings } from './ratings.js';

const PROJECT = new URL('../../', import.meta.url);
const PROGRAM = fileURLToPath(new URL('bin/recommend.js', PROJECT));
const SIZE = { name: 'serve', users: 50_000, items: 20_000, rows: 2_000_000 };
const SEED = 42;
/** Seconds of load before anything is measured, in which the engine compiles the code. */
const WARM_UP = 2;

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
    only: { type: 'string', default: 'static,plain,health,1,2,2-log' },
    folder: { type: 'string', default: join(tmpdir(), 'recommend-bench') },
    /** Another copy of the project, measured in turn as before-1 and before-2. */
    before: { type: 'string', default: '.' },
    /** Set in the processes that this one forks. */
    answer: { type: 'string' },
  },
});
const MODEL = join(options.folder, `${SIZE.name}-${SEED}.rec`);

/** The answers of a server under load, and their cost. */
interface Measured {
  requests: number;
  seconds: number;
  p50: number;
  p99: number;
  failed: number;
  /** CPU seconds of the server itself, of its children, and of the load generator. */
  parent: number;
  children: number;
  load: number;
}

const BEFORE = join(options.before, 'bin/recommend.js');
const SERVERS: Readonly<Record<string, [name: string, start: (port: number) => ChildProcess, path?: string]>> = {
  static: ['plain Node, a constant of the same size', (port) => forked('static', port)],
  plain: ['plain Node, answers in its own process', (port) => forked('plain', port)],
  health: ['recommend serve, /healthz: no child is asked', (port) => served(PROGRAM, port, '-j', '1'), '/healthz'],
  1: ['recommend serve -j 1', (port) => served(PROGRAM, port, '-j', '1')],
  2: ['recommend serve -j 2', (port) => served(PROGRAM, port, '-j', '2')],
  '2-log': [
    'recommend serve -j 2 --log-format json',
    (port) => served(PROGRAM, port, '-j', '2', '--log-format', 'json'),
  ],
  'before-1': ['before: -j 1', (port) => served(BEFORE, port, '-j', '1')],
  'before-2': ['before: -j 2', (port) => served(BEFORE, port, '-j', '2')],
};

if (options.answer) await answer(options.answer);
else await compare();

async function compare(): Promise<void> {
  learn();
  const names = options.only.split(',');
  const measured = new Map<string, Measured[]>(names.map((name) => [name, []]));
  // All take turns, so that other work on the machine affects all alike.
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const name of names) {
      const [, start, path] = SERVERS[name]!;
      measured.get(name)?.push(await measure(start, path));
    }
  }
  const median = (name: string, of: (each: Measured) => number) => spreadOf(measured.get(name)!.map(of)).median;
  say(
    `| ${options.connections} connections, ${options.rounds} rounds of ${options.seconds} s | requests/s | p50 | p99 | CPU ms a request: server | children | load generator | failed |`,
  );
  say('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const name of names) {
    const rates = spreadOf(measured.get(name)!.map(({ requests, seconds }) => requests / seconds));
    const cost = (of: 'parent' | 'children' | 'load') => median(name, (each) => (1000 * each[of]) / each.requests);
    const cells = [
      SERVERS[name]![0],
      `${rates.median.toFixed(0)} (${rates.least.toFixed(0)}–${rates.most.toFixed(0)})`,
      `${median(name, ({ p50 }) => p50).toFixed(1)} ms`,
      `${median(name, ({ p99 }) => p99).toFixed(1)} ms`,
      ...(['parent', 'children', 'load'] as const).map((of) => cost(of).toFixed(3)),
      measured.get(name)!.reduce((sum, { failed }) => sum + failed, 0),
    ];
    say(`| ${cells.join(' | ')} |`);
  }
}

/** Makes the model, unless it exists. */
function learn(): void {
  mkdirSync(options.folder, { recursive: true });
  const ratings = join(options.folder, `${SIZE.name}-${SEED}.csv`);
  if (!existsSync(ratings)) writeRatings(ratings, SIZE, SEED);
  if (existsSync(MODEL)) return;
  const args = [PROGRAM, 'fit', '-u', ratings, '--algorithm', 'ridge', '--model', MODEL];
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`fit ended with ${status}`);
}

/** @param path the path to request; undefined: lists of random users. */
async function measure(start: (port: number) => ChildProcess, path?: string): Promise<Measured> {
  const port = await freePort();
  const server = start(port);
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await isReady(url)); tries++) {
    if (server.exitCode !== null || tries > 200) throw new Error(`no server at ${url}`);
    await sleep(100);
  }
  try {
    const random = new Random(SEED);
    const load = (seconds: number) =>
      autocannon({
        url,
        duration: seconds,
        connections: Number(options.connections),
        requests: [
          {
            setupRequest: (request) => ({
              ...request,
              path: path ?? `/recommendations?user=${1 + random.below(SIZE.users)}`,
            }),
          },
        ],
      });
    await load(WARM_UP);
    const before = costs(server);
    const loadBefore = process.cpuUsage();
    const { requests, duration, latency, errors, non2xx } = await load(Number(options.seconds));
    const after = costs(server);
    const { user, system } = process.cpuUsage(loadBefore);
    return {
      requests: requests.total,
      seconds: duration,
      p50: latency.p50,
      p99: latency.p99,
      failed: errors + non2xx,
      parent: after.parent - before.parent,
      children: after.children - before.children,
      load: (user + system) / 1e6,
    };
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
}

/** CPU seconds so far. Children that start or end meanwhile would be counted wrongly; with this load none does after the warm-up. */
function costs({ pid = 0 }: ChildProcess): { parent: number; children: number } {
  const family = familyOf(pid);
  const sum = (members: readonly FamilyMember[]) => members.reduce((total, { seconds }) => total + seconds, 0);
  return {
    parent: sum(family.filter((each) => each.pid === pid)),
    children: sum(family.filter((each) => each.pid !== pid)),
  };
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const socket = createSocket().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address() as AddressInfo;
  socket.close();
  await once(socket, 'close');
  return port;
}

function served(program: string, port: number, ...more: string[]): ChildProcess {
  const args = [...execArgs(), program, 'serve', '--model', MODEL, '--port', String(port), ...more];
  return spawn(process.execPath, args, { stdio: 'ignore' });
}

/** `BENCH_EXEC='--cpu-prof --cpu-prof-dir=FOLDER'` profiles servers and their children. */
function execArgs(): string[] {
  return process.env.BENCH_EXEC?.split(' ') ?? [];
}

function forked(what: string, port: number): ChildProcess {
  const args = ['--answer', `${what}:${port}`, '--folder', options.folder];
  return fork(fileURLToPath(import.meta.url), args, { execArgv: execArgs() });
}

/** In a forked process: a plain Node server, without children. */
async function answer(what: string): Promise<void> {
  const [kind, port] = what.split(':');
  // The built program, because the compiled loops are in dist/.
  const { answersFrom }: typeof import('../src/serving/answers.js') = await import(
    new URL('dist/serving/answers.js', PROJECT).href
  );
  const { rules } = parse(serve, ['--model', MODEL], '') ?? {};
  const reply = await answersFrom({ kind: 'serve', model: MODEL, rules: { ...rules, where: [] } });
  const listOf = (user: string) => {
    const asker = { user, history: '', preferences: '', exclude: '', attributes: {} };
    const answered = reply({
      ask: 'recommend',
      users: [asker],
      isOne: true,
      n: 10,
      titles: false,
      reasons: false,
      where: [],
    });
    return 'body' in answered ? answered.body : JSON.stringify(answered);
  };
  const constant = listOf('1');
  const handle: RequestListener = ({ url = '' }, response) => {
    const user = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('user');
    response.setHeader('Content-Type', 'application/json');
    response.end(kind === 'static' || user === null ? constant : listOf(user));
  };
  const server = createServer(handle).listen(Number(port), '127.0.0.1');
  process.once('SIGTERM', () => {
    server.close();
    server.closeAllConnections();
    process.disconnect();
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
