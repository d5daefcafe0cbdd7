import { render as renderPage } from 'svelte/server';
import Page from './Teach.svelte';

/** The page as it is before any script has run. */
export function render(): { head: string; body: string } {
  return renderPage(Page);
}
