/** What went wrong, as one sentence for the visitor. */
export function sentence(error: unknown): string {
  if (typeof WebAssembly === 'object' && error instanceof WebAssembly.RuntimeError) {
    return `The engine stopped unexpectedly (${error.message}).`;
  }
  const text = error instanceof Error ? error.message : typeof error === 'string' ? error : '';
  const clean = text.trim().slice(0, 400);
  if (!clean) return 'Something went wrong without saying what.';
  return /[.!?…]$/.test(clean) ? clean : `${clean}.`;
}
