import { defineConfig } from '@playwright/test';

const PORT = 4173;
const DEVICES = /(cpu|main-thread|webgpu)\.spec\.ts$/;

export default defineConfig({
  testDir: './tests',
  timeout: 240_000,
  expect: { timeout: 20_000 },
  // Most of a test is one thread of the page or of its worker, so two at once fit a small machine.
  workers: 2,
  fullyParallel: false,
  projects: [
    // Those that look at the devices themselves, or at how busy the page is, have the machine to themselves.
    { name: 'devices', testMatch: DEVICES, workers: 1 },
    { name: 'pages', testIgnore: DEVICES, dependencies: ['devices'] },
  ],
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
