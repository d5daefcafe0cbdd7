import { hydrate } from 'svelte';
import '../styles/base.css';
import { beginOffline } from '../offline/page';
import Page from './Teach.svelte';

const target = document.getElementById('page');
// In development nothing has been rendered into the page yet; Svelte then mounts instead.
if (target) hydrate(Page, { target, recover: true });

beginOffline();
