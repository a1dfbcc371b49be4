import { defineConfig } from 'vitest/config';
import { eachTest, wholeRun } from './vitest.config.js';

/** Pages in a real browser (`npm run test:browser`). */
export default defineConfig({
  test: { ...wholeRun, ...eachTest, include: ['test/browser/**/*.test.ts'] },
});
