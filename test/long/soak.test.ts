import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Random } from '../../src/matrix/sampling.js';
import { fixtures, run } from '../cli/run.js';
import { temporaryFolders } from '../files/temporary.js';
import { type Asked, Soak } from './soak.js';

/*
 * A server under load whose children are killed, whose model is replaced, and which is stopped and started again: each response has to be
 * exactly what a batch run wrote before for one of the two models. `npm run soak -- --minutes 30 --seed 7` runs it for longer.
 */
const MINUTES = Number(process.env.LOT_MINUTES ?? 0.3);
const SEED = Number(process.env.LOT_SEED ?? 1);

const newFolder = temporaryFolders();
const FILES = ['-u', join(fixtures, 'books', 'ratings.csv'), '-i', join(fixtures, 'books', 'books.csv')];
const LISTS = ['-n', '10', '--titles', '--reasons', '--format', 'jsonl', '-q'];
const QUERY = 'n=10&titles=1&reasons=1';
const TAGS = ['fantasy', 'romance', 'horror', 'classics', 'history'];
/** Number of users who are in neither model. */
const STRANGERS = 400;
const MAX_USERS_PER_REQUEST = 20;

// Only Linux lists the children of a server.
test.runIf(process.platform === 'linux')(
  'a server whose children are killed, whose model is replaced and which is restarted gives no wrong answer and loses no request',
  { timeout: (MINUTES + 5) * 60_000 },
  async () => {
    const folder = newFolder();
    const random = new Random(SEED);
    const below = (n: number) => random.below(n);
    const ok = async (args: readonly string[]) => {
      const { code, stdout, stderr } = await run(args, { folder, terminal: false });
      expect({ code, stderr }).toMatchObject({ code: 0 });
      return stdout.trim().split('\n');
    };
    // Only items of the catalogue: the server would list unknown items in its response, which a batch run does not.
    const items = [...readFileSync(join(fixtures, 'books', 'books.csv'), 'utf8').matchAll(/^(\d+),/gm)].map(
      ([, id]) => id ?? '',
    );
    const strangers = Array.from({ length: STRANGERS }, (_, k) => ({
      user: `stranger ${k}`,
      history: Array.from({ length: 1 + below(15) }, () => items[below(items.length)] ?? ''),
      preferences: Array.from(
        { length: below(3) },
        () => `tags:${TAGS[below(TAGS.length)]}${below(4) === 0 ? ':-1' : ''}`,
      ),
    }));
    const profiles = strangers.map(
      ({ user, history, preferences }) => `${user},${history.join('|')},${preferences.join('|')}`,
    );
    writeFileSync(join(folder, 'profiles.csv'), `user_id,history,preferences\n${profiles.join('\n')}\n`);

    const models = ['ridge', 'cosine'];
    const knownBy: string[][] = [];
    const strangersBy: string[][] = [];
    for (const model of models) {
      await ok(['fit', ...FILES, '--algorithm', model, '--model', model, '-q']);
      knownBy.push(await ok(['score', '--model', model, ...LISTS]));
      strangersBy.push(await ok(['score', '--model', model, '-u', 'profiles.csv', ...LISTS]));
    }
    const users: string[] = (knownBy[0] ?? []).map((line) => JSON.parse(line).user_id);
    const lists = (by: string[][], at: number) => by.map((lines) => lines[at] ?? '');
    const known = (at: number) => ({ asker: { user: users[at] }, lists: lists(knownBy, at) });
    const stranger = (at: number) => ({ asker: strangers[at], lists: lists(strangersBy, at) });
    const drawn = () => (below(2) === 0 ? known(below(users.length)) : stranger(below(STRANGERS)));
    expect(known(0).lists[0]).not.toBe(known(0).lists[1]);

    const next = (): Asked => {
      const kind = below(10);
      if (kind < 6) {
        const at = below(users.length);
        return { path: `/recommendations?user=${users[at]}&${QUERY}`, answers: known(at).lists };
      }
      if (kind < 9) {
        const { asker, lists: answers } = stranger(below(STRANGERS));
        const query = {
          user: asker?.user ?? '',
          history: asker?.history.join('|') ?? '',
          preferences: asker?.preferences.join('|') ?? '',
        };
        return { path: `/recommendations?${new URLSearchParams(query)}&${QUERY}`, answers };
      }
      const together = Array.from({ length: 1 + below(MAX_USERS_PER_REQUEST) }, drawn);
      return {
        path: '/recommendations',
        body: JSON.stringify({ users: together.map(({ asker }) => asker), n: 10, titles: true, reasons: true }),
        answers: models.map((_, model) => `{"lists":[${together.map((each) => each.lists[model]).join(',')}]}`),
      };
    };

    const soak = new Soak(folder, models, next, below);
    await soak.run(60_000 * MINUTES);
    const { right, wrong, busy, late, whileStopped, lost, examples } = soak.outcomes;
    const faults = [...soak.faults].map(([fault, times]) => `${fault} ${times}`).join(', ');
    console.log(
      `soak, seed ${SEED}: ${right} right answers, ${wrong} wrong ones, ${busy} busy (503), ${late} late (504), ${whileStopped} refused while stopped, ${lost} lost; ${faults}`,
    );
    expect({ wrong, lost, examples }).toEqual({ wrong: 0, lost: 0, examples: [] });
    expect(right).toBeGreaterThan(100);
    expect(late).toBeLessThanOrEqual(soak.faults.get('stop a child') ?? 0);
    expect(soak.stderr).not.toMatch(/a request failed|is lost/);
  },
);
