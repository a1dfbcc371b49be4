import { createRequire } from 'node:module';

/**
 * Loads a package in its CommonJS form: one file, where its modules are a dozen that Node's loader takes two to ten times as long for; and
 * only when it is asked for.
 */
export const loadPackage = createRequire(import.meta.url);
