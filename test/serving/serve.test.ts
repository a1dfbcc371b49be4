import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PARAMETERS } from '../../src/serving/parameters.js';
import { runInProcess } from '../cli/run.js';
import { sharedFolder } from '../files/temporary.js';
import { expectDocumented, isWrongBody, isWrongQuery, OPENAPI } from './openapi.js';
import { GETS, POSTS } from './requests.js';
import { type Answered, ask, posted, type Served, serving } from './serving.js';

const folder = sharedFolder();
let model: string;
let served: Served;

const EVENTS = `user_id,item_id,rating,timestamp
${Array.from({ length: 40 }, (_, u) =>
  Array.from({ length: 12 }, (_, i) =>
    (u * 7 + i * 5) % 4 === 0 && u % 3 === i % 3
      ? `u${u},i${i},${1 + ((u + i) % 5)},${1704067200 + u * 86_400 + i}\n`
      : '',
  ).join(''),
).join('')}`;
const ITEMS = `item_id,title,genre,price
${Array.from({ length: 14 }, (_, i) => `i${i},"Title ""${i}""",${i % 2 ? 'Comedy|Horror' : 'Drama'},${i}\n`).join('')}`;

async function batch(args: readonly string[], at = folder): Promise<string> {
  const { code, stdout, stderr } = await runInProcess(args, { folder: at });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout;
}

beforeAll(async () => {
  model = join(folder, 'm.rec');
  writeFileSync(join(folder, 'events.csv'), EVENTS);
  writeFileSync(join(folder, 'items.csv'), ITEMS);
  await batch(['fit', '-u', 'events.csv', '-i', 'items.csv', '--algorithm', 'cosine', '--model', model]);
  served = await serving(model, ['-j', '2']);
});
afterAll(async () => void (await served?.stop()));

const get = (path: string) => ask(served.url + path);
const json = ({ text }: Answered) => JSON.parse(text);

describe('lists', () => {
  test('are the same as in a batch run, byte for byte, for every user', async () => {
    const wanted = ['--format', 'jsonl', '-n', '5', '--titles', '--reasons'];
    const lines = (await batch(['score', '--model', model, ...wanted])).trim().split('\n');
    expect(lines.length).toBeGreaterThan(30);
    const users = lines.map((line) => JSON.parse(line).user_id);
    const got = await Promise.all(users.map((user) => get(`recommendations?user=${user}&n=5&titles=1&reasons=1`)));
    expect(got.map(({ text }) => text)).toEqual(lines);
    const many = await ask(
      `${served.url}recommendations`,
      posted({ users: users.map((user) => ({ user })), n: 5, titles: true, reasons: true }),
    );
    expect(many.text).toBe(`{"lists":[${lines.join(',')}]}`);
  });

  test('for users with a history, preferences and exclusions in the request are the same as with a file of profiles', async () => {
    writeFileSync(
      join(folder, 'profiles.csv'),
      'user_id,history,preferences,exclude\nnew,i1|i3:2,genre:Drama|genre:Comedy:-1,i5\nu3,i2,genre:Horror,\n',
    );
    const wanted = ['--format', 'jsonl', '-n', '6', '--where', 'price < 12'];
    const lines = (await batch(['score', '--model', model, '-u', 'profiles.csv', ...wanted])).trim().split('\n');
    const paths = [
      'user=new&history=i1|i3:2&preferences=genre:Drama|genre:Comedy:-1&exclude=i5',
      'user=u3&history=i2&preferences=genre:Horror',
    ];
    const got = await Promise.all(
      paths.map((path) => get(`recommendations?${path}&n=6&where=${encodeURIComponent('price < 12')}`)),
    );
    expect(got.map(({ text }) => text)).toEqual(lines);
    const users = [
      { user: 'new', history: ['i1', 'i3:2'], preferences: ['genre:Drama', 'genre:Comedy:-1'], exclude: ['i5'] },
      { user: 'u3', history: ['i2'], preferences: ['genre:Horror'] },
    ];
    const many = await ask(`${served.url}recommendations`, posted({ users, n: 6, where: 'price < 12' }));
    expect(many.text).toBe(`{"lists":[${lines.join(',')}]}`);
  });

  test('of similar items obey --where, as in the batch command', async () => {
    const rows = Array.from({ length: 30 }, (_, u) =>
      [0, 1, 3, 5].map((i) => `u${u},i${(i * (1 + (u % 2))) % 9}\n`).join(''),
    );
    writeFileSync(join(folder, 'together.csv'), `user,item\n${rows.join('')}`);
    const other = join(folder, 'together.rec');
    await batch(['fit', '-u', 'together.csv', '-i', 'items.csv', '--algorithm', 'cosine', '--model', other]);
    const where = ['--where', 'price < 6', '--where', 'genre = "Comedy"'];
    const { url, stop } = await serving(other, where);
    const SIMILAR = ['i1', 'i3', 'i5'];
    const { items } = json(await ask(`${url}similar/i0`));
    const lines = (await batch(['similar', '--model', other, '--item', 'i0', '--format', 'csv', ...where]))
      .trim()
      .split('\n');
    expect(items.map(({ item_id }: { item_id: string }) => item_id)).toEqual(SIMILAR);
    expect(lines.slice(1).map((line) => line.split(',')[1])).toEqual(SIMILAR);
    expect(await stop()).toBe(0);
  });

  test('obey --only-items and --exclude-items as in a batch run, and so do similar items', async () => {
    writeFileSync(join(folder, 'only.csv'), `item_id\n${[0, 1, 2, 3, 5, 7, 8, 9, 11].map((i) => `i${i}\n`).join('')}`);
    writeFileSync(join(folder, 'out.csv'), 'item_id\ni3\ni8\n');
    const paths = ['--only-items', join(folder, 'only.csv'), '--exclude-items', join(folder, 'out.csv')];
    const { url, stop } = await serving(model, paths);
    const lines = (await batch(['score', '--model', model, '--format', 'jsonl', '-n', '6', ...paths]))
      .trim()
      .split('\n');
    const users = lines.map((line) => JSON.parse(line).user_id);
    const got = await Promise.all(users.map((user) => ask(`${url}recommendations?user=${user}&n=6`)));
    expect(got.map(({ text }) => text)).toEqual(lines);
    const similar = json(await ask(`${url}similar/i0?n=20`)).items.map(({ item_id }: { item_id: string }) => item_id);
    expect(similar.filter((id: string) => ['i3', 'i8', 'i4', 'i6', 'i13'].includes(id))).toEqual([]);
    expect(await stop()).toBe(0);
    writeFileSync(join(folder, 'none.csv'), 'item_id\nx1\nx2\n');
    await expect(serving(model, ['--only-items', join(folder, 'none.csv')])).rejects.toThrow(
      'not one of its 2 rows is known',
    );
  });

  test('name the unknown ids that they ignored', async () => {
    const { status, text } = await get('recommendations?history=i1|nope&preferences=genre:Opera&n=1');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      user_id: null,
      ignored: { history: ['nope'], preferences: ['genre:Opera'] },
    });
    const users = [{ user: 'u3' }, { user: 'nobody' }, { user: 'new', history: ['i2'] }];
    const many = await ask(`${served.url}recommendations`, posted({ users, n: 1 }));
    const { lists } = JSON.parse(many.text) as { lists: { ignored?: object }[] };
    expect(lists.map(({ ignored }) => ignored)).toEqual([undefined, { user: ['nobody'] }, undefined]);
  });
});

describe('invalid requests', () => {
  test.each([
    ['recommendations?user=nobody', 404],
    ['users/nobody', 404],
    ['similar/nothing', 404],
    ['items', 400],
    ['recommendations?n=0', 400],
    ['recommendations?user=u1&user=u2', 400],
    ['recommendations?usr=u1', 400],
    ['recommendations?history=i1:999', 400],
    ['recommendations?where=prise%3C3', 400],
    ['users/%E0%A4%A', 400],
    ['nothing/here', 404],
  ])('GET /%s gets a problem document with status %d', async (path, status) => {
    problem(await get(path), status);
  });

  test.each<[string, number]>([
    ['{"users":', 400],
    ['[]', 400],
    ['{"users":[{"histroy":[]}]}', 400],
    ['{"users":[{"user":{}}]}', 400],
    [`{"users":[{"history":${JSON.stringify(Array(1001).fill('i1'))}}]}`, 400],
    [`{"users":"${'x'.repeat(1 << 21)}"}`, 413],
  ])('invalid body %# is refused', async (body, status) => {
    problem(await ask(`${served.url}recommendations`, posted(body)), status);
  });

  test('other methods and content types are refused', async () => {
    problem(await ask(`${served.url}recommendations`, posted('a=b', 'text/plain')), 415);
    const put = await ask(`${served.url}items`, { method: 'PUT' });
    problem(put, 405);
    expect(put.headers.get('allow')).toBe('GET, HEAD');
  });

  test('random requests get documented responses, and 400 if they violate the OpenAPI document', async () => {
    await fc.assert(
      fc.asyncProperty(GETS, POSTS, async ({ path, id, pairs }, body) => {
        const filled = path.replace(/\{.*\}/, encodeURIComponent(Buffer.from(id).toString()) || 'x');
        const [got, answered] = await Promise.all([
          get(`${filled.slice(1)}?${new URLSearchParams(pairs)}`),
          ask(`${served.url}recommendations`, posted(body)),
        ]);
        expectDocumented(got, path, 'get');
        expectDocumented(answered, '/recommendations', 'post');
        // Invalid UTF-16 is sent as U+FFFD.
        const sent = pairs.map(([name, text]) => [name, Buffer.from(text).toString()] as const);
        if (isWrongQuery(path, sent)) expect(got.status).toBe(400);
        if (isWrongBody(body)) expect(answered.status).toBe(400);
      }),
      { numRuns: 300, endOnFailure: true },
    );
    expect((await get('healthz')).status).toBe(200);
  });
});

describe('other routes', () => {
  test('serve the OpenAPI document, which lists every route, method and parameter', async () => {
    expect(json(await get('openapi.json'))).toEqual(OPENAPI);
    const documented = (path: string) =>
      (OPENAPI.paths[path]?.get?.parameters ?? []).filter((each) => each.in === 'query').map(({ name }) => name);
    expect(documented('/recommendations')).toEqual([...PARAMETERS.recommend]);
    expect(documented('/items')).toEqual([...PARAMETERS.items]);
    expect(documented('/similar/{item}')).toEqual([...PARAMETERS.similar]);
    expect(documented('/users/{user}')).toEqual([...PARAMETERS.user]);
    for (const [path, methods] of Object.entries(OPENAPI.paths)) {
      const { status, headers } = await ask(served.url + path.slice(1).replace(/\{.*\}/, 'x'), { method: 'PATCH' });
      const declared = (headers.get('allow') ?? '').replace(', HEAD', '').toLowerCase().split(', ').filter(Boolean);
      expect({ path, status, declared }).toEqual({ path, status: 405, declared: Object.keys(methods) });
    }
  });

  test('serve readiness, users, items, similar items, the page and metrics', async () => {
    const { learned } = json(await get('readyz'));
    expect(Date.now() - Date.parse(learned)).toBeLessThan(600_000);
    expect(json(await get('users/u0')).history[0]).toMatchObject({
      item_id: expect.any(String),
      title: expect.stringContaining('"'),
    });
    expect(json(await get('items?search=TITLE%20%221%22'))).toMatchObject({
      items: [{ item_id: 'i1', offered: true }],
      found: 1,
    });
    const { items } = json(await get('similar/i0'));
    expect(items.map(({ score }: { score: number }) => score)).toEqual(
      items.map(({ score }: { score: number }) => score).sort((a: number, b: number) => b - a),
    );
    const page = await get('');
    expect(page.headers.get('content-security-policy')).toMatch(
      /default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-/,
    );
    const metrics = await get('metrics');
    expect(metrics.text).toMatch(/^recommend_requests_total\{route="\/readyz",status="200"\} \d+$/m);
    expect(metrics.text).toMatch(/^recommend_children\{\} [12]$/m);
  });
});

describe('faults', () => {
  const children = () =>
    execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes('shard-worker'))
      .map((line) => Number.parseInt(line, 10));
  const many = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, k) => get(`recommendations?user=u${k % 40}`)));

  test('killing children makes no request fail', async () => {
    const asked = many(100);
    for (let k = 0; k < 2; k++) {
      await get('healthz');
      for (const pid of children().slice(0, 1)) process.kill(pid, 'SIGKILL');
    }
    expect((await asked).map(({ status }) => status)).toEqual(Array(100).fill(200));
    expect((await many(10)).every(({ status }) => status === 200)).toBe(true);
  });

  test('a new model is loaded without failed requests, and an unreadable one is refused and changes nothing', async () => {
    const before = json(await get('readyz')).learned;
    await batch(['fit', '-u', 'events.csv', '-i', 'items.csv', '--algorithm', 'cosine', '--model', model]);
    const [asked, reloaded] = await Promise.all([many(100), ask(`${served.url}reload`, { method: 'POST' })]);
    expect(asked.every(({ status }) => status === 200)).toBe(true);
    expect(Date.parse(json(reloaded).learned)).toBeGreaterThan(Date.parse(before));
    renameSync(model, `${model}.kept`);
    writeFileSync(model, 'no model');
    problem(await ask(`${served.url}reload`, { method: 'POST' }), 409);
    renameSync(`${model}.kept`, model);
    expect((await many(5)).every(({ status }) => status === 200)).toBe(true);
  });

  test('a request fails at its deadline if its child is stopped, and is refused if too many are waiting', async () => {
    const { url, stop } = await serving(model, ['-j', '1', '--deadline', '1s', '--queue', '3']);
    const mine = children().at(-1) ?? 0;
    process.kill(mine, 'SIGSTOP');
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(`${url}recommendations?user=u1`)));
    const of = (status: number) => answers.filter((answer) => answer.status === status);
    expect(of(504).length + of(503).length).toBe(8);
    for (const each of answers) problem(each, each.status);
    expect(of(503)[0]?.headers.get('retry-after')).toBe('1');
    while ((await ask(`${url}readyz`)).status !== 200) await sleep(50);
    expect((await ask(`${url}recommendations?user=u1`)).status).toBe(200);
    expect(await stop()).toBe(0);
  });

  test('a stopping server answers the requests in progress and exits with 0', async () => {
    const { url, stop } = await serving(model, ['-j', '2']);
    const before = await ask(`${url}healthz`);
    const asked = Promise.all(Array.from({ length: 30 }, (_, k) => ask(`${url}recommendations?user=u${k}`)));
    await ask(`${url}metrics`);
    expect(await stop()).toBe(0);
    expect([before, ...(await asked)].map(({ status }) => status)).toEqual(Array(31).fill(200));
    await expect(ask(`${url}healthz`)).rejects.toThrow();
  });
});

function problem({ status, type, text }: Answered, expected: number): void {
  expect({ status, type }).toEqual({ status: expected, type: expect.stringContaining('application/problem+json') });
  expect(JSON.parse(text)).toMatchObject({ status: expected, title: expect.any(String), detail: expect.any(String) });
  expect(text).not.toMatch(/\.js:\d|node_modules/);
}
