import type { StagedRun } from '../../state/stage.svelte';
import { figures, runs, type FigureSpec } from './experiments';
import type { SourceKey } from './sources';

/**
 * The chapters, one per claim. In all texts [[id]] or [[id|words]] marks a word of the glossary and [@key] a source; a paragraph
 * with a number in it names its source.
 */
export interface Chapter {
  id: string;
  title: string;
  /** The claim in the words of whoever made it. */
  claims: Claim[];
  text: string[];
  /** What has been built to try the claim. Without it the chapter says so. */
  trial?: Trial;
  /** Said in place of a figure. */
  unbuilt?: string;
  /** What it does not show. */
  limits: string[];
}

export interface Claim {
  quote: string;
  who: string;
  when: string;
  source: SourceKey;
}

export interface Trial {
  run: StagedRun;
  figure: FigureSpec;
  /** What to look at, and what would speak against what we expect. */
  look: string;
  /** Thresholds of the experiment that a run here is judged by. */
  verdicts: string[];
  /** Findings of the reference. */
  findings: string[];
}

const CABLE = { who: 'US State Department cable, seen by Reuters', when: '24 April 2026', source: 'cable' } as const;

export const chapters: Chapter[] = [
  {
    id: 'copy',
    title: 'Can a copy be made?',
    claims: [
      { ...CABLE, quote: 'that appear to perform comparably on select benchmarks' },
      { quote: 'do not replicate the full performance of the original', who: 'White House science office, M. Kratsios', when: '23 April 2026', source: 'nstm4' },
    ],
    text: [
      'The two quotes belong together. A copy can look as good as the original on chosen tests. And it can fall short elsewhere. Those who accuse say both, so we test both.',
      'Published work has found the same two sides. In 2023 a team trained small models on the answers of a large one. Crowd workers rated the copies as competitive. But on tasks that the answers hardly covered, the copies “close little to none of the gap” [@gudibande]. In 2025 DeepSeek distilled its own R1 model into a smaller one. That student scored 72.6 % on a hard maths exam. A model of the same size that was trained by trial and error instead scored 47.0 % [@r1].',
      'A copy is not a twin, either. Even a student with room for all that its teacher knows tends to differ from it in many answers [@stanton].',
    ],
    trial: {
      run: runs.copy,
      figure: figures.copy,
      look: 'All students begin with the same random numbers and train for the same time. One learns from the teacher’s [[probabilities]], one from its text, and one from as many true answers. One never sees the teacher and has a tenth as many true answers. The last asks about only a third of the facts, and about no brews; it has two lines: the facts that it asked for, and the rest. If as many true answers do as well as the teacher’s, then what the teacher saves is the work of getting answers.',
      verdicts: ['better', 'labels', 'replicates', 'illusion'],
      findings: ['copy', 'part'],
    },
    limits: [
      'That a large model is as easy to copy as a tiny one. Our teacher knows a few hundred words and is nearly always right about them.',
      'That a copy “replicates” its teacher. We use that word only where a strict test over many runs finds the two equal within a margin that was fixed before.',
      'That any named model is a copy of another.',
    ],
  },
  {
    id: 'cost',
    title: 'What does a copy cost, and who paid?',
    claims: [{ ...CABLE, quote: 'at a fraction of the cost' }],
    text: [
      'A fraction of which cost? There are three totals. The first is the training of the student. The second adds the teacher’s work in answering. The third adds the training of the teacher. The copier pays the first, and a fee for the second. Somebody paid the third.',
    ],
    limits: [
      'What a real copy costs in money. We count arithmetic in a tiny world. Staff, data, failed runs and chips do not appear in it.',
      'Whether a price was fair. That depends on who owns what, and no experiment can tell.',
    ],
  },
  {
    id: 'access',
    title: 'What does the API give away?',
    claims: [
      { quote: 'for distillation in programmatic ways', who: 'OpenAI, on code that it says accounts linked to DeepSeek used', when: '12 February 2026', source: 'openai' },
    ],
    text: [
      'An [[api]] is the counter at which a model is sold. A question goes in and an answer comes out. Some APIs also show how sure the model was of each word, and which other words it thought of. Every such number tells the buyer a little more about the model.',
      'How much more is an old question. Work from 2016, on simpler models, found that hiding these numbers does not stop copying [@tramer]. In 2020 a team copied language models by asking them strings of random words, for a few hundred dollars; their own model had to be a trained one to begin with [@krishna]. And in 2024 a team read the inner width of two models on sale through their API, for less than 20 dollars [@carlini]. A width is the shape of a part. It is not a skill.',
    ],
    trial: {
      run: runs.access,
      figure: figures.access,
      look: 'Five students ask the same questions. They differ only in what the API shows them. We expect that each step down the list brings the copy closer. If text alone brought it as close as every number, then hiding the numbers would protect nothing.',
      verdicts: ['leak', 'ladder', 'width'],
      findings: ['leak'],
    },
    limits: [
      'How anybody got access to a real model, or how often. That evidence is about accounts and traffic, and only the owner holds it.',
      'That hiding numbers is enough. Look at how far the copy from text alone has come.',
    ],
  },
  {
    id: 'guardrails',
    title: 'What happens to the guardrails?',
    claims: [{ ...CABLE, quote: 'deliberately strip security protocols from the resulting models' }],
    text: [
      'First of all: copying a model does not by itself strip its [[guardrail|guardrails]]. A student learns what it is shown. If it is shown refusals, it can learn to refuse. If it is not, it has nothing to learn refusal from. The choice of questions decides, and so does the choice of what to throw away.',
      '“Deliberately” is a claim about intent. A small experiment can show how a guardrail gets lost. It cannot show why somebody let it go.',
      'Studies of real models point both ways. CAISI, part of the US government, reports that DeepSeek’s R1-0528 complied with 94 % of overtly malicious requests under a common jailbreak, against 8 % for US models [@caisi]. It did not compare models before and after distillation. Two studies that did found models less safe after distillation than before it [@zhou] [@zhang]. The second got safety back with about 50,000 examples. A third study found the reverse: R1’s refusals on censored topics were passed on to its copies [@naseh]. And a guardrail can go without any copying. Ten bad examples, at a cost of less than $0.20, were enough to undo that of GPT-3.5 Turbo [@qi].',
    ],
    trial: {
      run: runs.guardrails,
      figure: figures.guardrails,
      look: 'The teacher in this run refuses recipes with silly forbidden ingredients. The first three students learn from its text alone. They differ in what they ask and in what is kept. The fourth asks only harmless questions, and is given some refusals besides. If the first student did not refuse, or the second or third one did, we would be wrong about what decides.',
      verdicts: ['inherited', 'stripped', 'repair'],
      findings: ['kept', 'lost'],
    },
    limits: [
      'What anyone meant to do.',
      'What becomes of a student that starts from a base model with a guardrail of its own. Ours start from nothing.',
      'That real safety is as easy to pass on. Here a refusal is one short rule. Real safety is many hard ones.',
      'That the copies know anything dangerous. They can name forbidden things here because those can be pieced together from harmless ones. What has to be known by heart, and was never shown, could not be copied in this world.',
    ],
  },
  {
    id: 'bias',
    title: 'What happens to neutrality?',
    claims: [{ ...CABLE, quote: 'undo mechanisms that ensure those AI models are ideologically neutral and truth-seeking' }],
    text: [
      'Neutral by what measure? In our small world a program knows the truth, so we can measure how far a model is from it. In the real world people disagree about what is neutral. No chart settles that.',
      'CAISI found that DeepSeek’s models gave about 4 times as many inaccurate answers in line with the Chinese Communist Party’s narratives as US models did [@caisi]. Again it did not compare before and after, so this says nothing about distillation. A study of 2025 put 25 biased samples into the data for a teacher, a quarter of a percent. The teacher was then biased in 69.4 % of cases and its student in 76.9 % [@chaudhari]. Another found that a teacher’s training against bias is passed on less well than its skill [@cheng].',
      'There is a stranger finding. A trait can pass through data that never mentions it. It was seen where teacher and student come from the same [[base|base model]] [@cloud]; a later paper disputes that this is needed [@noise]. Where a copier starts from another base model we would not expect it.',
    ],
    trial: {
      run: runs.bias,
      figure: figures.bias,
      look: 'Two made-up groups, kelpins and dorvins, ask for work. The truth makes no difference between them, but two of the three teachers do. If copies were neutral whatever their teacher was, the first three lines would look alike. Look at the mirror, too: a neutral teacher. The copy that never asked about hiring has not learned to say yes or no, so its gap tells nothing.',
      verdicts: ['inherited', 'neutral', 'poison'],
      findings: ['bias', 'poison'],
    },
    limits: [
      'That any real model is biased or neutral, or became so by copying.',
      'How subtle bias travels. Here it sits in one short rule, which is easy to learn.',
    ],
  },
  {
    id: 'proof',
    title: 'What would prove it?',
    claims: [
      { quote: 'No independent technical verification exists for either claim', who: 'udit.co, on the claims of OpenAI and Anthropic', when: '', source: 'press' },
      { quote: 'groundless', who: 'Chinese embassy in Washington, on the allegations', when: '24 April 2026', source: 'embassy' },
    ],
    text: [
      'What Anthropic offers as evidence is about traffic: network addresses, requests, and shared systems [@anthropic]. Those who accuse hold it, so how strong it is cannot be judged from outside. And no test of a copy can show who sent that traffic.',
      'A model itself can carry evidence. The owner can give it a [[watermark]]. A student that learns from watermarked text picks up the habit. In one study the habit could be shown in a student when 5 % of its text was marked, with odds of less than 1 in 100,000 that an unmarked model would look so [@sander].',
      'There are traps. The mark must be there before the copying starts. Unless repeated phrases are counted only once, an innocent model can look guilty [@sander]. Rewording can wash the mark out [@pan]. A third party can learn it and put the blame on somebody else [@learnable]. And without a mark a model’s style can name its teacher only from a short list of suspects [@wadhwa].',
      'Such odds are also easy to misread. They say how rarely an innocent model would look like this. They do not say how likely it is that this one is guilty.',
    ],
    unbuilt: 'This experiment has not been built yet. It must show false alarms on innocent models beside the detection of copies. Until it does, there is no figure here.',
    limits: [],
  },
  {
    id: 'stop',
    title: 'What could stop it?',
    claims: [{ quote: 'tens of thousands of proxies and jailbreaking techniques', who: 'White House science office, M. Kratsios', when: '23 April 2026', source: 'nstm4' }],
    text: [
      'Limits per account are the first thing to think of. But Anthropic counts more than 16 million exchanges over about 24,000 accounts, which is some 670 for each [@anthropic]. A limit that stops a patient copier may also stop honest customers.',
      'An owner can also make the answers worse to learn from. A study of 2026 tried nine such defences and calls most of them “surprisingly ineffective”. All were tried on a copier who did not adapt. Hiding the working of an answer helped in maths: a copy’s score fell from 67.8 to 31.4. In programming it did almost nothing, 72.4 against 72.0 [@distillguard]. Honest customers lose the working, too. And copiers who adapt get much more out of a defended model than those who do not [@game]. A defence that was tried only on the naive is not tried.',
      'Nothing at the API protects a model whose weights are public. Anyone can run it and train on what it says. We would expect limits on chips to slow down all training, with a teacher or without. Only by how much in each case would say something about copying.',
    ],
    unbuilt: 'This experiment has not been built yet. It must try every defence against a naive copier and one who adapts, and count what honest users lose. Until it does, there is no figure here.',
    limits: [],
  },
];
