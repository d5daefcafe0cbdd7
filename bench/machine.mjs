// The machine: what it is, and how busy it is with other things.
import fs from 'node:fs';
import os from 'node:os';

/** Busy milliseconds of all processors since the machine started, where the system tells. */
export function busyMilliseconds() {
  try {
    const [user, nice, system, , , interrupt, softInterrupt] = fs.readFileSync('/proc/stat', 'utf8').split('\n')[0].split(/\s+/).slice(1).map(Number);
    return (user + nice + system + interrupt + softInterrupt) * 10;
  } catch {
    return null;
  }
}

/** Processors kept busy on average over the last minute, by everything. */
export const loadAverage = () => +os.loadavg()[0].toFixed(2);

export const describe = () => ({
  cpu: os.cpus()[0]?.model ?? 'unknown',
  cores: os.cpus().length,
  memory_gb: Math.round(os.totalmem() / 2 ** 30),
  system: `${os.type()} ${os.arch()}`,
});
