// A page in a fresh headless Chromium, and one timed call in it.
import { chromium } from 'playwright-core';
import { COUNT_GPU, aliveBySteps, perStep } from './count.mjs';
import { busyMilliseconds, loadAverage } from './machine.mjs';

const FLAGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const READY_MS = 180_000;
const CLOSE_MS = 20_000;

// Pages mark the half and the end of their steps; what the harness does meanwhile is not their time.
const MARKS = `globalThis.__marking = 0;
globalThis.__mark = async (name) => {
  const start = performance.now();
  await globalThis.__takeMark(name);
  globalThis.__marking += performance.now() - start;
};`;

/**
 * Opens `url` in a browser of its own (cold shader cache, nothing left of the page before), waits until `ready` holds in it,
 * and hands `work` a `Session`. `executable` is the Chromium.
 */
export async function withPage({ executable, url, ready }, work) {
  const browser = await chromium.launch({ executablePath: executable, headless: true, args: FLAGS });
  try {
    const session = new Session(await browser.newPage(), await browser.newBrowserCDPSession(), browser.version());
    await session.open(url, ready);
    return await work(session);
  } finally {
    await Promise.race([browser.close().catch(() => {}), new Promise((done) => setTimeout(done, CLOSE_MS).unref())]);
  }
}

class Session {
  constructor(page, cdp, version) {
    this.page = page;
    this.cdp = cdp;
    this.version = version;
    this.errors = [];
    this.marks = {};
    this.crashed = new Promise((_, reject) => page.on('crash', () => reject(new Error('the page crashed'))));
    // Nobody may be waiting.
    this.crashed.catch(() => {});
  }

  async open(url, ready) {
    const { page } = this;
    page.setDefaultTimeout(READY_MS);
    page.on('pageerror', (error) => this.errors.push(String(error).slice(0, 300)));
    page.on('console', (message) => message.type() === 'error' && this.errors.push(message.text().slice(0, 300)));
    await page.exposeFunction('__takeMark', async (name) => void (this.marks[name] = await this.snapshot()));
    await page.addInitScript(COUNT_GPU + MARKS);
    const start = performance.now();
    await page.goto(url);
    await page.waitForFunction(ready);
    /** From asking for the page until it was ready. */
    this.ready_ms = performance.now() - start;
  }

  /** What the browser says of its graphics adapter. */
  adapter() {
    return this.page.evaluate(async () => {
      const info = (await navigator.gpu?.requestAdapter())?.info;
      const parts = info ? [info.vendor, info.architecture, info.device, info.description].filter((part) => part) : [];
      return { name: [...new Set(parts)].join(' ') || 'none', software: info?.isFallbackAdapter ?? false };
    });
  }

  /** Now: CPU time of the whole browser and of the machine, and the calls to WebGPU so far. */
  async snapshot() {
    const { processInfo } = await this.cdp.send('SystemInfo.getProcessInfo');
    const gpu = await this.page.evaluate(() => globalThis.__gpuCalls?.());
    return { at: performance.now(), cpu_ms: 1000 * processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0), busy_ms: busyMilliseconds(), gpu };
  }

  /** Calls a function in the page; rejects after `timeout_s`, or when the page crashes. */
  async call(inPage, argument, timeout_s) {
    let timer;
    const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`no answer within ${timeout_s} s`)), timeout_s * 1000)));
    try {
      return await Promise.race([this.page.evaluate(inPage, argument), late, this.crashed]);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Times a call that trains steps and gives `{times_ms, losses}`. Added to its result: `start_ms` from the call to the first
   * loss, weights and pipelines included; per step of the second half `cpu_ms` of the whole browser and calls to WebGPU;
   * `other_load`, the processors that were busy with something else meanwhile; `alive`, bytes of GPU buffers by step.
   */
  async measure(inPage, argument, timeout_s) {
    this.marks = {};
    const load = loadAverage();
    await this.page.evaluate(() => void (globalThis.__marking = 0));
    const start = performance.now();
    const result = await this.call(inPage, argument, timeout_s);
    const total = performance.now() - start - (await this.page.evaluate(() => globalThis.__marking));
    const { half, end } = this.marks;
    const steps = result.times_ms.length;
    if (!half || !end) throw new Error('the page did not mark its steps');
    const counted = steps - Math.floor(steps / 2);
    const cpu = end.cpu_ms - half.cpu_ms;
    return {
      ...result,
      start_ms: total - result.times_ms.slice(1).reduce((sum, ms) => sum + ms, 0),
      cpu_ms: cpu / counted,
      load,
      other_load: half.busy_ms === null ? null : +Math.max(0, (end.busy_ms - half.busy_ms - cpu) / (end.at - half.at)).toFixed(2),
      ...(end.gpu && half.gpu ? { gpu: perStep(half.gpu, end.gpu, counted), alive: aliveBySteps(half.gpu, end.gpu, counted, steps) } : {}),
    };
  }
}
