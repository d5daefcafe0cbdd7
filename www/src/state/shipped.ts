declare const SHIPPED: string[];

/** Whether the page was built with this file in `public`. A file that may be missing is not asked for in vain. */
export function isShipped(path: string): boolean {
  return SHIPPED.includes(path);
}
