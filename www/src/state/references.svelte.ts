import { readBands, type Bands } from './bands';
import { isShipped } from './shipped';

/** More is no reference of ours. */
const LARGEST = 8 * 1024 * 1024;

/** The reference of each experiment, once it has been asked for and has come. Without one the page simply shows none. */
export class References {
  private loaded = $state.raw<Record<string, Bands>>({});
  private readonly asked = new Set<string>();

  of(id: string): Bands | undefined {
    return this.loaded[id];
  }

  async load(id: string): Promise<void> {
    const path = `reference/${id}.json`;
    if (this.asked.has(id) || !isShipped(path)) return;
    this.asked.add(id);
    try {
      const answer = await fetch(new URL(path, document.baseURI));
      if (!answer.ok) return;
      const content = await answer.text();
      if (content.length <= LARGEST) this.loaded = { ...this.loaded, [id]: readBands(content, id) };
    } catch (error) {
      // For whoever made the file; a visitor misses nothing that the page has promised.
      console.warn(`The reference of ${id} is not used:`, error);
    }
  }
}
