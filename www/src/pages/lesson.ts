import { hydrate } from 'svelte';
import '../styles/base.css';
import '../styles/lesson.css';
import { loadLesson } from '../content/lessons';
import { beginOffline } from '../offline/page';
import Page from './Lesson.svelte';

const target = document.getElementById('page');
const name = target?.dataset['lesson'] ?? '';
// In development nothing has been rendered into the page yet; Svelte then mounts instead.
if (target) void loadLesson(name).then((lesson) => hydrate(Page, { target, props: { name, lesson }, recover: true }));

beginOffline();
