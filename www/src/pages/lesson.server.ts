import { render as renderPage } from 'svelte/server';
import { loadLesson } from '../content/lessons';
import Page from './Lesson.svelte';

/** The page as it is before any script has run. */
export async function render(name: string): Promise<{ head: string; body: string }> {
  return renderPage(Page, { props: { name, lesson: await loadLesson(name) } });
}
