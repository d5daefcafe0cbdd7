import type { SourceKey } from './sources';

/** A cost that has been reported, and what is not in it. */
export interface Price {
  model: string;
  reported: string;
  bought: string;
  missing: string;
  source: SourceKey;
}

export const prices: Price[] = [
  {
    model: 'Alpaca 7B, 2023',
    reported: 'under $600',
    bought: 'Under $500 for 52,000 answers from an OpenAI model, under $100 for training.',
    missing: 'Training LLaMA, its base model. Training the teacher. The five authors who judged the answers.',
    source: 'alpaca',
  },
  {
    model: 'Sky-T1 32B',
    reported: 'under $450',
    bought: '17,000 examples from the model QwQ, and 19 hours on 8 H100 chips.',
    missing: 'Training Qwen2.5, its base model. Rewriting by GPT-4o-mini. The same recipe did not improve smaller students of 7B and 14B.',
    source: 'sky',
  },
  {
    model: 's1 32B',
    reported: 'under $50',
    bought: '1,000 examples from Gemini Thinking, and 26 minutes on 16 H100 chips.',
    missing: 'Training Qwen2.5, its base model. Choosing the examples from 59,000, and the trials that showed which to choose.',
    source: 's1',
  },
  {
    model: 'DeepSeek-R1, 2025',
    reported: '$294,000',
    bought: 'The last stages of training.',
    missing: 'About $6 million for its own base model. Research, failed runs, staff, and the hardware.',
    source: 'nature',
  },
];
