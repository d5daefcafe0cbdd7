import { defineConfig } from '@playwright/test';
import tests from '../playwright.config';

/** Pictures and figures, made with the browser and the server of the tests. */
export default defineConfig({
  ...tests,
  // Those that measure have the machine to themselves.
  workers: 1,
  fullyParallel: false,
  testDir: '.',
  testMatch: '*.script.ts',
  timeout: 900_000,
  reporter: 'list',
  use: { ...tests.use, trace: 'off', screenshot: 'off' },
});
