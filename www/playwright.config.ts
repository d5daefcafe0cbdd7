import { defineConfig } from '@playwright/test';

const PORT = 4173;

export default defineConfig({
  testDir: './tests',
  timeout: 120_000,
  // The tests train models: two at once on a small machine would only time each other out.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env['CI']),
  reporter: process.env['CI'] ? [['list'], ['html', { open: 'never' }]] : 'list',
  use: {
    baseURL: `http://localhost:${PORT}/`,
    browserName: 'chromium',
    headless: true,
    trace: 'retain-on-failure',
    // Requests that a service worker answers are not seen; tests/offline.spec.ts allows it.
    serviceWorkers: 'block',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      // WebGPU without a GPU: Chromium's software adapter. No sandbox: tests may run as root in a container.
      args: ['--no-sandbox', '--enable-unsafe-webgpu'],
    },
  },
  webServer: {
    command: `cargo xtask serve --no-build --port ${PORT} --dir dist`,
    cwd: '..',
    url: `http://localhost:${PORT}/`,
    reuseExistingServer: !process.env['CI'],
    timeout: 300_000,
  },
});
