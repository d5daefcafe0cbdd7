export interface Notice {
  id: number;
  kind: 'info' | 'error';
  text: string;
}

const MOST = 4;

/** What the page has to say, the latest last. */
export class Notices {
  list = $state.raw<Notice[]>([]);
  private next = 1;

  add(kind: Notice['kind'], text: string): void {
    this.list = [...this.list.filter((notice) => notice.text !== text), { id: this.next++, kind, text }].slice(-MOST);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }
}
