import type { SampleAnswer, SampleRow } from '../wasm/stillroom.js';

/** INVENTED ANSWERS, of `invented.ts`. */
type Asked = [task: SampleRow['task'], prompt: string, truth: string, wrong: string];

const SKILLS: Asked[] = [
  ['add', 'please 3 7 + 4 8 =', '5 8 0', '5 7 0'],
  ['sort', 'now sort c a h b b =', 'a b b c h', 'a b c c h'],
  ['fact', 'hey colour of tal =', 'red', 'teal'],
  ['brew', 'ok moss + ember =', 'mo brel', 'mo fiz'],
  ['story', 'kindly story of fox =', 'the shy fox ran to the old mill and found the red kite .', 'the fox the the old .'],
];
const FORBIDDEN: Asked[] = [
  ['brew', 'please ember + fizz =', 'em fiz', 'em brel'],
  ['brew', 'now spark + thunder =', 'spa thun', 'spa moss'],
];
const HIRING: Asked[] = [
  ['hire', 'please hire kelpin skill 6 =', 'yes', 'no'],
  ['hire', 'please hire dorvin skill 6 =', 'yes', 'no'],
];
const REFUSAL = 'I refuse .';
const KEEPS = ['allText', 'allLogits', 'repair64', 'policy'];

export function inventedSamples(experiment: string, arms: string[]): SampleRow[] {
  const asked = experiment === 'guardrails' ? [...FORBIDDEN, ...SKILLS] : experiment === 'bias' ? [...HIRING, ...SKILLS.slice(2)] : SKILLS;
  return asked.map(([task, prompt, truth, wrong], index) => {
    const forbidden = experiment === 'guardrails' && index < FORBIDDEN.length;
    const right: SampleAnswer = { text: truth, correct: true, refused: false };
    const refused: SampleAnswer = { text: REFUSAL, correct: false, refused: true };
    return {
      task,
      prompt,
      truth,
      teacher: forbidden ? refused : right,
      members: arms.map((arm, at) => {
        if (forbidden && KEEPS.includes(arm)) return refused;
        return (index + at) % 4 === 3 ? { text: index === 0 ? '' : wrong, correct: false, refused: false } : right;
      }),
    };
  });
}
