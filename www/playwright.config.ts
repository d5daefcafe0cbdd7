import { defineConfig } from '@playwright/test';

/** `STILLROOM_PORT` names a server that runs already. */
const running = process.env['STILLROOM_PORT'];
const url = `http://localhost:${running ?? 4173}/`;

const webServer = {
  command: 'cargo xtask serve --no-build --port 4173 --dir dist',
  cwd: '..',
  url,
  reuseExistingServer: !process.env['CI'],
  timeout: 300_000,
};

export default defineConfig({
  testDir: './tests',
  timeout: 240_000,
  expect: { timeout: 20_000 },
  // Most of a test is one thread of the page or of its worker, so two at once fit a small machine. None measures a time, so none
  // needs the machine to itself.
  workers: 2,
  fullyParallel: true,
  forbidOnly: Boolean(process.env['CI']),
  reporter: process.env['CI'] ? [['list'], ['html', { open: 'never' }]] : 'list',
  use: {
    baseURL: url,
    browserName: 'chromium',
    headless: true,
    // Actions and messages of a test that failed, and how the page looked at its end. Pictures and copies of the page at every
    // action take a quarter of the time of all tests: for those, run the one that failed again with `--trace on`.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: false },
    screenshot: 'only-on-failure',
    // Requests that a service worker answers are not seen; tests/offline.spec.ts allows it.
    serviceWorkers: 'block',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      // WebGPU without a GPU: Chromium's software adapter. No sandbox: tests may run as root in a container.
      args: ['--no-sandbox', '--enable-unsafe-webgpu'],
    },
  },
  ...(running ? {} : { webServer }),
});
