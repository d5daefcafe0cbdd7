import { render as renderPage } from 'svelte/server';
import Page from './Embed.svelte';

/** The page as it is before any script has run: its address says what it shows, so this is little. */
export function render(): { head: string; body: string } {
  return renderPage(Page);
}
