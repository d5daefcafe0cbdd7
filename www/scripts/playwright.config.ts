import { defineConfig } from '@playwright/test';
import tests from '../playwright.config';

/** Pictures and figures, made with the browser and the server of the tests. `STILLROOM_PORT` names a server that runs already. */
const port = process.env['STILLROOM_PORT'];
// Those that measure have the machine to themselves.
const { webServer, projects: _, ...rest } = tests;

export default defineConfig({
  ...rest,
  ...(port ? {} : { webServer }),
  workers: 1,
  testDir: '.',
  testMatch: '*.script.ts',
  timeout: 900_000,
  reporter: 'list',
  use: { ...tests.use, trace: 'off', ...(port ? { baseURL: `http://localhost:${port}/` } : {}) },
});
