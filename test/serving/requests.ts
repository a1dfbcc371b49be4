import fc from 'fast-check';
import { OPENAPI } from './openapi.js';

/* Generators of requests, about half of them valid: every part may be arbitrary, but rarely is. */

const id = fc.constantFrom('u1', 'u2', 'nobody', 'i3', 'i4:-0.5', 'i2:2', 'genre:Drama', 'genre:Horror:-1', '7', '[');
const text = fc.oneof(
  { weight: 8, arbitrary: id },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }) },
);
const odd = fc.oneof(
  fc.constantFrom('', 'i1:1e9', 'x'.repeat(1000), 'x'.repeat(1001), '|'.repeat(1500), 'price <', '1001', 'true'),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const where = fc.constantFrom('price < 12', 'genre is not missing', 'title contains "1"', 'price < 0');

const inQuery: Record<string, fc.Arbitrary<string>> = {
  ...{ user: text, search: text, exclude: text, preferences: text, where },
  history: fc.array(text, { maxLength: 4 }).map((ids) => ids.join('|')),
  n: fc.integer({ min: 1, max: 1000 }).map(String),
  ...Object.fromEntries(['titles', 'reasons'].map((name) => [name, fc.constantFrom('0', '1', 'true')])),
  usr: odd,
};
const pair = (name: string) =>
  fc.tuple(
    fc.constant(name),
    fc.oneof(
      { weight: 9, arbitrary: (Object.hasOwn(inQuery, name) && inQuery[name]) || odd },
      { weight: 1, arbitrary: odd },
    ),
  );
const path = fc.constantFrom('/recommendations', '/items', '/similar/{item}', '/users/{user}');
export const GETS = path.chain((route) => {
  const known = (OPENAPI.paths[route]?.get?.parameters ?? []).flatMap((each) => (each.in === 'query' ? each.name : []));
  const name = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.constantFrom(...Object.keys(inQuery), '__proto__') },
  );
  const pairs = fc.uniqueArray(name.chain(pair), { maxLength: 4, selector: ([each]) => each });
  const some = fc.oneof({ weight: 9, arbitrary: pairs }, { weight: 1, arbitrary: fc.array(name.chain(pair)) });
  return fc.record({ path: fc.constant(route), id: fc.oneof(text, odd), pairs: some });
});

/** Occasionally replaces a valid value by an arbitrary one. */
const mostly = <T>(valid: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 60, arbitrary: valid as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: fc.oneof(odd, fc.jsonValue()) },
  );
const ids = mostly(fc.array(mostly(fc.oneof(text, fc.integer({ min: 0, max: 20 }))), { maxLength: 6 }));
const attributes = mostly(fc.dictionary(fc.oneof(text, fc.constant('genre')), mostly(text), { maxKeys: 4 }));
const requiredKeys: never[] = [];
const asker = fc.record(
  { user: mostly(text), history: ids, preferences: ids, exclude: ids, attributes },
  { requiredKeys },
);
const request = fc.record(
  {
    users: mostly(fc.array(mostly(asker), { minLength: 1, maxLength: 3 })),
    n: mostly(fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constant(1000))),
    where: mostly(fc.oneof(where, fc.array(mostly(where), { maxLength: 3 }))),
    titles: mostly(fc.boolean()),
    reasons: mostly(fc.boolean()),
  },
  { requiredKeys: ['users'] },
);
const more = fc.record({ users: fc.constant([{}]), more: fc.jsonValue() });
export const POSTS = fc.oneof(
  { weight: 18, arbitrary: request.map((each) => JSON.stringify(each)) },
  { weight: 1, arbitrary: more.map((each) => JSON.stringify(each)) },
  { weight: 1, arbitrary: fc.json() },
);
