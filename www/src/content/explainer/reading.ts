/** How hard a text is to read, by the formula of Flesch and Kincaid (1975). */
export interface Reading {
  words: number;
  sentences: number;
  syllables: number;
  /** Years of school. */
  grade: number;
}

export function reading(paragraphs: string[]): Reading {
  const sentences = paragraphs.flatMap(sentencesOf);
  const words = sentences.flatMap(wordsOf);
  const syllables = words.reduce((sum, word) => sum + syllablesOf(word), 0);
  const grade = 0.39 * (words.length / sentences.length) + 11.8 * (syllables / words.length) - 15.59;
  return { words: words.length, sentences: sentences.length, syllables, grade };
}

/** A sentence ends at a full stop or a question mark that a blank follows; so `72.6` and `GPT-3.5` are whole. */
function sentencesOf(paragraph: string): string[] {
  return paragraph.split(/(?<=[.?!][”"]?)\s+/).filter((sentence) => /[a-z0-9]/i.test(sentence));
}

function wordsOf(sentence: string): string[] {
  return sentence.match(/[\p{L}\p{N}][\p{L}\p{N}’'.,-]*/gu) ?? [];
}

/** By groups of vowels, as is usual: a silent e at the end is not heard, and every number counts as one that is spoken quickly. */
export function syllablesOf(word: string): number {
  const letters = word.toLowerCase().replace(/[^a-z-]/g, '');
  if (!letters) return 2;
  return letters.split('-').filter(Boolean).reduce((sum, part) => sum + ofPart(part), 0);
}

function ofPart(part: string): number {
  if (part.length <= 3) return 1;
  const heard = part.replace(/(?:[^laeiouyscxzgh]es|[^aeiouydt]ed|[^l]e)$/, (end) => end[0] ?? '').replace(/^y/, '');
  return Math.max(1, heard.match(/[aeiouy]{1,2}/g)?.length ?? 1);
}
