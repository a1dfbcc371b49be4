import { readFileSync } from 'node:fs';

const PACKAGE = new URL('../../package.json', import.meta.url);

export function version(): string {
  const { version }: { version?: unknown } = JSON.parse(readFileSync(PACKAGE, 'utf8'));
  return String(version);
}
