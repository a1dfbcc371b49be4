import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds `dist` once before all tests: they run the program that people run, and children are forked from it. */
export default function build(): void {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  node('node_modules/assemblyscript/bin/asc.js', '--config', 'asconfig.json');
  node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
}
