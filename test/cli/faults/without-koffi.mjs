/* Loaded into the program by NODE_OPTIONS: koffi cannot be found there, and who asks for it is counted in a file. */
import { appendFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';

const load = Module._load;
Module._load = (name, ...rest) => {
  if (name !== 'koffi') return load(name, ...rest);
  appendFileSync(join(process.env.WITHOUT_KOFFI, 'asked'), 'koffi\n');
  throw new Error("Cannot find module 'koffi'");
};
