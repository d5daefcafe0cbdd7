import '../styles/base.css';
import '../styles/sco.css';
import { Course } from '../scorm/course';
import { findApi, type Around } from '../scorm/find';
import { readHeard } from '../scorm/heard';

/// One experiment within a learning platform: a frame, and the few words that the platform is told of it.

const frame = document.querySelector('iframe') as HTMLIFrameElement;
const said = document.querySelector('[role="status"]') as HTMLElement;

const api = findApi(window as unknown as Around);
const course = api && new Course(api, () => performance.now());
const connected = course?.connected ?? false;

said.textContent = connected
  ? 'Your course is told when a run has ended, and how long this page was open. It is told nothing else: no answers, no scores.'
  : 'No learning platform was found around this page. The experiment works; nothing is noted down.';

window.addEventListener('message', (event) => {
  if (event.source !== frame.contentWindow || event.origin !== location.origin) return;
  const heard = readHeard(event.data);
  if (heard?.type === 'height') frame.style.height = `${heard.height}px`;
  if (heard?.type !== 'result' || !connected) return;
  course?.complete();
  said.textContent = 'Your course has been told that a run has ended.';
});
window.addEventListener('pagehide', () => course?.finish());

// Which experiment, and how, is for the frame to read: it checks every word of an address.
frame.src = `./embed.html${location.search}`;
