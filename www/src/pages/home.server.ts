import { render as renderPage } from 'svelte/server';
import Home from './Home.svelte';

/** The page as it is before any script has run. */
export function render(): { head: string; body: string } {
  return renderPage(Home);
}
