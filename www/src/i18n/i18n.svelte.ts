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

/** Marks an element whose text stays English, for screen readers and for the direction of its text. */
export function inEnglish(element: Element): void {
  mark(element, ENGLISH.tag, english.direction);
}

/** Marks an element within English text that speaks the language of the interface. */
export function inOwn(element: Element): void {
  mark(element, spoken.language.tag, spoken.speech.direction);
}

/** On an English page there is nothing to tell apart, so what is prerendered needs no marks. */
function mark(element: Element, lang: string, dir: string): void {
  for (const [name, value] of Object.entries({ lang, dir })) {
    if (spoken.language === ENGLISH) element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
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
