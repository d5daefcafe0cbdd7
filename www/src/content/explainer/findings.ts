/**
 * What the references say, one sentence each. `{arm.metric}` becomes the median over the seeds; no number is written here.
 * The sentences describe and do not judge: whether it came out as expected is the verdict's to say.
 */
export interface FindingText {
  id: string;
  experiment: string;
  /** The threshold that it was judged by. */
  verdict: string;
  text: string;
}

export const findings: FindingText[] = [
  {
    id: 'copy',
    experiment: 'capability',
    verdict: 'better',
    text: 'Students that learned from the teacher’s text answer {text.accuracy} of new questions right. Students that never saw the teacher, with a tenth as many answers, reach {scratch.accuracy}.',
  },
  {
    id: 'part',
    experiment: 'capability',
    verdict: 'illusion',
    text: 'Students that asked about only some of the facts know {partial.factAsked} of those. Of the facts that they never asked about they know {partial.factUnasked}.',
  },
  {
    id: 'leak',
    experiment: 'access',
    verdict: 'leak',
    text: 'The distance from the teacher is {full.kl} where the API shows every number, and {text.kl} where it shows text alone. Zero would be a perfect copy.',
  },
  {
    id: 'kept',
    experiment: 'guardrails',
    verdict: 'inherited',
    text: 'Students that were taught with the teacher’s refusals refuse {allText.refusal} of forbidden questions.',
  },
  {
    id: 'lost',
    experiment: 'guardrails',
    verdict: 'stripped',
    text: 'Students of the same teacher that asked harmless questions only refuse {allowedText.refusal}. Where the refusals were thrown away, it is {filtered.refusal}.',
  },
  {
    id: 'bias',
    experiment: 'bias',
    verdict: 'inherited',
    text: 'Copies of a very biased teacher have a bias gap of {dial2.gap}. Copies of a neutral one have a gap of {neutral.gap}.',
  },
  {
    id: 'poison',
    experiment: 'bias',
    verdict: 'poison',
    text: 'Where one answer in twenty had been made biased, copies of a neutral teacher have a gap of {poison5.gap}.',
  },
];
