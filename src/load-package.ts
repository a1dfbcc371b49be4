import { createRequire } from 'node:module';

/**
 * Loads a package when it is needed, in its CommonJS form: one file instead of a dozen modules, which Node's loader takes two to ten
 * times as long to load.
 */
export const loadPackage = createRequire(import.meta.url);
