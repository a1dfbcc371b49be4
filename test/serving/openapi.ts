import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { root } from '../cli/run.js';
import type { Answered } from './serving.js';

interface Operation {
  parameters?: { name: string; in: string; schema: { type?: string } }[];
  responses: Record<string, { content: Record<string, { schema?: object }> }>;
}
export const OPENAPI: { paths: Record<string, Record<string, Operation>>; components: object } = JSON.parse(
  readFileSync(join(root, 'web/openapi.json'), 'utf8'),
);

/** Checks that a response has a documented status below 500 and a body that matches the documented schema. */
export function expectDocumented({ status, type, text }: Answered, path: string, method: string): void {
  const { [status]: response } = OPENAPI.paths[path]?.[method]?.responses ?? {};
  const [media, content] = Object.entries(response?.content ?? {})[0] ?? [];
  expect({ path, status, type, text }).toMatchObject({
    type: expect.stringContaining(media ?? 'nothing that is documented'),
  });
  expect(status).toBeLessThan(500);
  const errors = errorsOf(content?.schema ?? { not: {} }, JSON.parse(text));
  expect({ path, text, errors }).toMatchObject({ errors: [] });
}

/** True if the query violates the OpenAPI document. */
export function isWrongQuery(path: string, pairs: readonly (readonly [string, string])[]): boolean {
  const parameters = new Map((OPENAPI.paths[path]?.get?.parameters ?? []).map((each) => [each.name, each]));
  const names = pairs.map(([name]) => name);
  return pairs.some(([name, text], k) => {
    const schema = parameters.get(name)?.schema;
    const value = /^\d{1,9}$/.test(text) && schema?.type === 'integer' ? Number(text) : text;
    return !schema || (name !== 'where' && names.indexOf(name) < k) || errorsOf(schema, value).length > 0;
  });
}

/** True if the body of a POST violates the OpenAPI document. */
export function isWrongBody(body: string): boolean {
  return errorsOf({ $ref: '#/components/schemas/Request' }, JSON.parse(body)).length > 0;
}

const ajv = new Ajv2020({ strict: false });
const validators = new Map<string, ValidateFunction>();

function errorsOf(schema: object, value: unknown): unknown[] {
  const key = JSON.stringify(schema);
  const validate = validators.get(key) ?? ajv.compile({ ...schema, components: OPENAPI.components });
  validators.set(key, validate);
  return validate(value) ? [] : [validate.errors];
}
