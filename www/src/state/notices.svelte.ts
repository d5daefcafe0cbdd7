export interface Notice {
  id: number;
  kind: 'info' | 'error';
  /** In English as it came, or in the language of the interface, whichever that is by now. */
  text: string | (() => string);
}

const MOST = 4;

export function textOf({ text }: Pick<Notice, 'text'>): string {
  return typeof text === 'string' ? text : text();
}

/** What the page has to say, the latest last. */
export class Notices {
  list = $state.raw<Notice[]>([]);
  private next = 1;

  add(kind: Notice['kind'], text: Notice['text']): void {
    const said = textOf({ text });
    this.list = [...this.list.filter((notice) => textOf(notice) !== said), { id: this.next++, kind, text }].slice(-MOST);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }
}
