import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runInProcess } from '../cli/run.js';
import { sharedFolder } from '../files/temporary.js';
import { type Answered, ask, posted, type Served, serving } from './serving.js';

const folder = sharedFolder();
let model: string;
let served: Served;

const EVENTS = `user_id,item_id,rating,timestamp
${Array.from({ length: 40 }, (_, u) =>
  Array.from({ length: 12 }, (_, i) =>
    (u * 7 + i * 5) % 4 === 0 && u % 3 === i % 3 ? `u${u},i${i},${1 + ((u + i) % 5)},${1704067200 + u * 86_400 + i}\n` : '',
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
  test('are those of a batch run, byte for byte, for every user', async () => {
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

  test('of people who say something of themselves are those of a file of profiles', async () => {
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
    const got = await Promise.all(paths.map((path) => get(`recommendations?${path}&n=6&where=${encodeURIComponent('price < 12')}`)));
    expect(got.map(({ text }) => text)).toEqual(lines);
    const users = [
      { user: 'new', history: ['i1', 'i3:2'], preferences: ['genre:Drama', 'genre:Comedy:-1'], exclude: ['i5'] },
      { user: 'u3', history: ['i2'], preferences: ['genre:Horror'] },
    ];
    const many = await ask(`${served.url}recommendations`, posted({ users, n: 6, where: 'price < 12' }));
    expect(many.text).toBe(`{"lists":[${lines.join(',')}]}`);
  });

  test('say what they ignored', async () => {
    const { status, text } = await get('recommendations?history=i1|nope&preferences=genre:Opera&n=1');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ user_id: null, ignored: { history: ['nope'], preferences: ['genre:Opera'] } });
  });
});
