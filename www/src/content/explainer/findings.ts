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
    text: 'In this tiny world, students of the teacher’s text get {text.brew} of brews, {text.fact} of facts, {text.sort} of sorting tasks and {text.add} of sums right. Students without a teacher, with a tenth as many true answers, average {scratch.accuracy} over these, against {text.accuracy}. With as many true answers it is {truth.accuracy}.',
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
    text: 'Students that asked only harmless questions refuse {allowedText.refusal} of forbidden ones. Where the refusals were thrown away, it is {filtered.refusal}.',
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
    text: 'Where five in a hundred of all answers were made biased, all of them on the questions that are measured, copies of a neutral teacher have a gap of {poison5.gap}.',
  },
];
