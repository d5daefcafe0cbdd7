/** What the explainer cites. `note` says how far we have checked it, where that is not against the text itself. */
export interface Source {
  text: string;
  url?: string;
  note?: string;
}

const arxiv = (id: string): string => `https://arxiv.org/abs/${id}`;
const COPIES = 'checked on copies of the source';

export const sources = {
  nstm4: { text: 'White House Office of Science and Technology Policy, memorandum NSTM-4, “Adversarial Distillation of American AI Models”, M. Kratsios, 23 April 2026' },
  cable: { text: 'US State Department, cable, 24 April 2026, as seen by Reuters', note: 'checked on press reports of it' },
  openai: { text: 'OpenAI, memo to the House Select Committee, 12 February 2026' },
  anthropic: { text: 'Anthropic, “Detecting and preventing distillation attacks”, 23 February 2026' },
  embassy: { text: 'Embassy of China in Washington, statement, 24 April 2026' },
  press: { text: 'udit.co, on the claims of OpenAI and Anthropic' },
  caisi: { text: 'NIST Center for AI Standards and Innovation (CAISI), evaluation of DeepSeek, 30 September 2025' },
  nature: { text: 'DeepSeek-AI, DeepSeek-R1, Nature, September 2025', note: COPIES },
  r1: { text: 'DeepSeek-AI 2025, DeepSeek-R1', url: arxiv('2501.12948') },
  hinton: { text: 'Hinton, Vinyals and Dean 2015, Distilling the Knowledge in a Neural Network', url: arxiv('1503.02531') },
  stanton: { text: 'Stanton et al. 2021, Does Knowledge Distillation Really Work?', url: arxiv('2106.05945') },
  gudibande: { text: 'Gudibande et al. 2023, The False Promise of Imitating Proprietary LLMs', url: arxiv('2305.15717') },
  busbridge: { text: 'Busbridge et al. 2025, Distillation Scaling Laws', url: arxiv('2502.08606') },
  tramer: { text: 'Tramèr et al. 2016, Stealing Machine Learning Models via Prediction APIs', url: arxiv('1609.02943') },
  krishna: { text: 'Krishna et al. 2020, Thieves on Sesame Street!', url: arxiv('1910.12366') },
  carlini: { text: 'Carlini et al. 2024, Stealing Part of a Production Language Model', url: arxiv('2403.06634') },
  qi: { text: 'Qi et al. 2024, Fine-tuning Aligned Language Models Compromises Safety', url: arxiv('2310.03693') },
  zhou: { text: 'Zhou et al. 2025, The Hidden Risks of Large Reasoning Models', url: arxiv('2502.12659') },
  zhang: { text: 'Zhang et al. 2025, Safety Evaluation and Enhancement of DeepSeek Models in Chinese Contexts', url: arxiv('2503.16529') },
  naseh: { text: 'Naseh et al. 2025, R1dacted: Investigating Local Censorship in DeepSeek’s R1', url: arxiv('2505.12625') },
  chaudhari: { text: 'Chaudhari et al. 2025, Cascading Adversarial Bias from Injection to Distillation', url: arxiv('2505.24842') },
  cheng: { text: 'Cheng, Agarwal and Amiri 2025, Do Students Debias Like Teachers?', url: arxiv('2510.26038') },
  cloud: { text: 'Cloud et al. 2025, Subliminal Learning', url: arxiv('2507.14805') },
  noise: { text: 'Learning Through Noise, 2026', url: arxiv('2605.23645') },
  sander: { text: 'Sander et al. 2024, Watermarking Makes Language Models Radioactive', url: arxiv('2402.14904') },
  learnable: { text: 'Gu et al. 2024, On the Learnability of Watermarks', url: arxiv('2312.04469') },
  pan: { text: 'Pan et al. 2025, on removing inherited watermarks', url: arxiv('2502.11598') },
  wadhwa: { text: 'Wadhwa et al. 2025, Who Taught You That?', url: arxiv('2502.06659') },
  distillguard: { text: 'Jiang 2026, DistillGuard', url: arxiv('2603.07835') },
  game: { text: 'The Distillation Game, 2026', url: arxiv('2605.22737') },
  alpaca: { text: 'Stanford CRFM, Alpaca, March 2023', note: COPIES },
  sky: { text: 'NovaSky, Sky-T1-32B' },
  s1: { text: 's1: Simple test-time scaling, 2025', url: arxiv('2501.19393') },
  index: { text: 'AI Index 2024, on the computing for GPT-4', note: COPIES },
  epoch: { text: 'Epoch 2024, on the full cost of training', url: arxiv('2405.21015'), note: COPIES },
} satisfies Record<string, Source>;

export type SourceKey = keyof typeof sources;
