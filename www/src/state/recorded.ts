import type { RunFile } from '../wasm/stillroom.js';
import { readRunFile } from './runfile';
import { isShipped } from './shipped';

/** The run of an experiment that ships with the page. Rejects with a sentence. */
export async function recordedRun(id: string): Promise<RunFile> {
  const path = `recorded/${id}.json`;
  if (!isShipped(path)) throw new Error('There is no recorded run of this experiment, either.');
  const answer = await fetch(new URL(path, document.baseURI)).catch(() => undefined);
  if (!answer?.ok) throw new Error('The recorded run could not be loaded, either.');
  return readRunFile(await answer.text());
}
