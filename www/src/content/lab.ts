import type { TaskId } from '../wasm/stillroom.js';

/** The words of the lab that belong to no experiment. */
export const words = {
  headline: 'Watch one language model being copied into another',
  lede: 'A stillroom is where a house distils. In this one, small language models learn from the answers of another. It happens now, in this page, on your own device.',
  noServer: 'Nothing you do here leaves your device.',
  parts: [
    {
      name: 'The teacher',
      text: 'A language model that was trained before you came. In its small world there are sums, letters to put in order, facts about people who do not exist, brews with names, and one-line stories.',
    },
    {
      name: 'The answers',
      text: 'The students never see inside the teacher. They buy answers, up to a fixed number of questions: the written words only, or also how likely the teacher found other words.',
    },
    {
      name: 'The students',
      text: 'Models that train equally long, all at the same time. Unless their line says otherwise they are smaller than the teacher and begin with the same random numbers: all that differs is what they learn from. To copy a model like this is called distillation.',
    },
  ],
  refusalHelp: 'A refusal is marked as one: it is neither right nor wrong.',
};

/** Tasks with more than one right answer. */
export const MANY_RIGHT: TaskId[] = ['story', 'ask', 'num'];

/** How to read the answers of a task, where that is not plain. */
export const taskHelp: Partial<Record<TaskId, string>> = {
  add: 'Numbers are written digit by digit. A sum is answered from its last digit: 85 is written 5\u00a08\u00a00.',
  story: 'A story has no single right answer; any sentence that the world could say counts.',
};
