import { ENGLISH, languages, type Language } from './languages';
import { Speech, english, type Filling, type Key, type Strings } from './speech';

/** The other languages, each a file of its own that is loaded when it is asked for: who reads English pays for no other. */
const files = import.meta.glob<Strings>(['./*.json', '!./en.json'], { import: 'default' });

interface Spoken {
  language: Language;
  speech: Speech;
}

let spoken = $state.raw<Spoken>({ language: ENGLISH, speech: english });
/** The last one that was asked for: an earlier one may arrive later. */
let wanted = ENGLISH.code;

/** The language of the interface now, and how it speaks. Whoever reads it in markup or a `$derived` follows it. */
export function now(): Spoken {
  return spoken;
}

/** The interface's text of this key, in its language. */
export function t(key: Key, filling?: Filling): string {
  return spoken.speech.say(key, filling);
}

/** Attributes of an element whose text stays English. */
export function inEnglish(): { lang?: string; dir?: 'ltr' } {
  return spoken.language === ENGLISH ? {} : { lang: 'en', dir: 'ltr' };
}

/** Attributes of an element within English text that speaks the language of the interface. */
export function inOwn(): { lang?: string; dir?: 'ltr' | 'rtl' } {
  const { language, speech } = spoken;
  return language === ENGLISH ? {} : { lang: language.tag, dir: speech.direction };
}

/** Changes the language of the page in place. Rejects where its strings cannot be loaded; the page then stays as it is. */
export async function speak(code: string): Promise<void> {
  wanted = code;
  const language = languages.find((one) => one.code === code) ?? ENGLISH;
  if (language === spoken.language) return;
  let speech = english;
  if (language !== ENGLISH) {
    const load = files[`./${language.code}.json`];
    if (!load) throw new Error(`There are no strings of ${language.name}.`);
    speech = new Speech(language.tag, await load());
  }
  if (wanted !== code) return;
  spoken = { language, speech };
  document.documentElement.lang = language.tag;
  document.documentElement.dir = speech.direction;
}
