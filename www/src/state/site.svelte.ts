import { t } from '../i18n/i18n.svelte';
import { SITE_ROWS, readAddress, writeAddress } from './address';
import { defaultsOf, type Values } from './experiment';
import { Notices } from './notices.svelte';

/** What a page that runs nothing itself takes from its address and hands on to the others. */
export class Site {
  page = $state.raw<Values>(defaultsOf(SITE_ROWS));
  readonly notices = new Notices();
  readonly address = $derived(writeAddress(this.page, SITE_ROWS));
  readonly theme = $derived(String(this.page['theme']));

  /** Reads the address. Called once, when the page is in the browser. */
  begin(search: string): void {
    const { values, ignored } = readAddress(search, SITE_ROWS);
    this.page = values;
    if (ignored.length) this.notices.add('info', () => t('notice.ignored', { list: readAddress(search, SITE_ROWS).ignored.join('; ') }));
  }

  change(values: Values): void {
    this.page = { ...this.page, ...values };
    try {
      history.replaceState(null, '', `${location.pathname}${this.address}${location.hash}`);
    } catch {
      // Some embedders forbid it; the page works without.
    }
  }
}
