import type { SourceKey } from './sources';

/** One voice in the dispute: its own words in quotation marks, our summary around them. */
export interface Statement {
  who: string;
  when: string;
  text: string;
  source: SourceKey;
}

export interface Side {
  title: string;
  statements: Statement[];
}

export const sides: Side[] = [
  {
    title: 'Those who accuse',
    statements: [
      {
        who: 'White House science office, M. Kratsios',
        when: '23 April 2026',
        text: 'Foreign entities “principally based in China” run “deliberate, industrial-scale campaigns”, with “tens of thousands of proxies and jailbreaking techniques”. Models made this way “do not replicate the full performance of the original”.',
        source: 'nstm4',
      },
      {
        who: 'US State Department, in a cable seen by Reuters',
        when: '24 April 2026',
        text: 'The products “appear to perform comparably on select benchmarks at a fraction of the cost”, but lack the full performance. The campaigns “deliberately strip security protocols from the resulting models and undo mechanisms that ensure those AI models are ideologically neutral and truth-seeking”.',
        source: 'cable',
      },
      {
        who: 'OpenAI',
        when: '12 February 2026',
        text: 'OpenAI says that accounts linked to DeepSeek used “obfuscated third-party routers”, and code to obtain outputs “for distillation in programmatic ways”.',
        source: 'openai',
      },
      {
        who: 'Anthropic',
        when: '23 February 2026',
        text: 'Anthropic says that it found about 24,000 fraudulent accounts and more than 16 million exchanges. It counts more than 13 million by MiniMax, more than 3.4 million by Moonshot, more than 150,000 by DeepSeek.',
        source: 'anthropic',
      },
    ],
  },
  {
    title: 'Those who deny',
    statements: [
      {
        who: 'Chinese embassy in Washington',
        when: '24 April 2026',
        text: 'The allegations are “groundless”; they are “baseless … deliberate attacks on China’s development”.',
        source: 'embassy',
      },
      {
        who: 'DeepSeek’s authors, in Nature',
        when: 'September 2025, before these claims',
        text: 'They state that R1 did not copy the written reasoning of other models. They add that its base model read text from the web, and that some of it was written by AI.',
        source: 'nature',
      },
    ],
  },
  {
    title: 'Those who reviewed or tested',
    statements: [
      {
        who: 'A press review of the OpenAI and Anthropic claims, udit.co',
        when: '',
        text: '“No independent technical verification exists for either claim”.',
        source: 'press',
      },
      {
        who: 'CAISI at NIST, part of the US government, which also accuses',
        when: '30 September 2025',
        text: 'It tested DeepSeek’s models against US models. It did not compare any model before and after distillation, so its tests cannot show what distillation does.',
        source: 'caisi',
      },
    ],
  },
];
