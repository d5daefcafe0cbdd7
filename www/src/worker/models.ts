import type { ModelBytes, TeacherName } from '../wasm/stillroom.js';

const FILES: Record<keyof ModelBytes, string> = {
  tokenizer: 'tokenizer.json',
  config: 'config.json',
  weights: 'model.safetensors',
  card: 'card.json',
};

const loaded = new Map<TeacherName, Promise<ModelBytes>>();

/** The files of a teacher, from the folder of the page. Loaded once. */
export function loadModel(base: string, teacher: TeacherName): Promise<ModelBytes> {
  let model = loaded.get(teacher);
  if (!model) {
    model = loadFiles(new URL(`models/${teacher}/`, base));
    // A failed download may be tried again.
    model.catch(() => loaded.delete(teacher));
    loaded.set(teacher, model);
  }
  return model;
}

async function loadFiles(folder: URL): Promise<ModelBytes> {
  const entries = Object.entries(FILES).map(async ([key, file]) => [key, await loadFile(folder, file)] as const);
  return Object.fromEntries(await Promise.all(entries)) as unknown as ModelBytes;
}

async function loadFile(folder: URL, file: string): Promise<Uint8Array> {
  const answer = await fetch(new URL(file, folder)).catch(() => undefined);
  if (!answer?.ok) {
    const why = answer ? ` (the server answered ${answer.status})` : '';
    throw new Error(`The teacher’s file ${file} could not be loaded${why}.`);
  }
  return new Uint8Array(await answer.arrayBuffer());
}
