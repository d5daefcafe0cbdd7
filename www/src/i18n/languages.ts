/** One language of the interface. Its strings lie beside this file, in `CODE.json`. */
export interface Language {
  /** As the address names it, and the name of its file. */
  code: string;
  /** As browsers and screen readers know it (BCP 47). */
  tag: string;
  /** In itself: who looks for a language may read no other. */
  name: string;
  /** Whether a speaker has read the translation. The page says so where nobody has. */
  read: boolean;
}

export const ENGLISH: Language = { code: 'en', tag: 'en', name: 'English', read: true };

/** The first one is the language of the sources. */
export const languages: Language[] = [
  ENGLISH,
  { code: 'es', tag: 'es', name: 'Español', read: false },
  { code: 'zh', tag: 'zh-Hans', name: '简体中文', read: false },
];
