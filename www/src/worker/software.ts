/** The part of WebGPU's adapter that tells what it is. */
export interface Adapter {
  isFallbackAdapter?: boolean;
  info?: { isFallbackAdapter?: boolean; vendor?: string; architecture?: string; device?: string; description?: string };
}

/** Whether the adapter imitates a GPU on the processor: correct, but slower than the processor's own code. */
export function isSoftware(adapter: Adapter): boolean {
  const info = adapter.info ?? {};
  const name = `${info.vendor ?? ''} ${info.architecture ?? ''} ${info.description ?? ''}`;
  return Boolean(adapter.isFallbackAdapter || info.isFallbackAdapter || isSoftwareName(name));
}

export function isSoftwareName(name: string): boolean {
  return /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i.test(name);
}
