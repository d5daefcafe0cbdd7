import { PAGE_ROWS, choiceRow, readPageAddress, writePageAddress, type PageAddress } from './address';
import type { Choice, Experiment, SettingRow, Values } from './experiment';

/** Everything in the frame that can be hidden, by id. The settings of the experiment are hidden in the same way, by their keys. */
export const PARTS: Choice[] = [
  { value: 'title', label: 'Title', help: 'The name of the experiment.' },
  { value: 'question', label: 'Question', help: 'What the experiment asks.' },
  { value: 'expected', label: 'What is expected', help: 'The hypothesis, and what would prove it wrong.' },
  { value: 'predict', label: 'Predict first', help: 'Readers may say what they expect before the run, and draw a curve; afterwards both are shown.' },
  { value: 'start', label: 'Start and Pause', help: 'Without it only the page around the frame can start the run.' },
  { value: 'reset', label: 'Reset', help: 'Back to the beginning.' },
  { value: 'progress', label: 'Progress', help: 'What is happening, how far it is, and on which device.' },
  { value: 'answers', label: 'Sample answers', help: 'The same questions to the teacher and to every student.' },
  { value: 'save', label: 'Save buttons', help: 'Charts as SVG, PNG and CSV.' },
  { value: 'verdicts', label: 'Verdicts', help: 'Hypotheses against the rules that were fixed before the run.' },
  { value: 'cautions', label: 'Cautions', help: 'What this experiment cannot show. The line at the foot always stays.' },
  { value: 'lab', label: 'Link to the lab', help: 'The same state with every control.' },
];

/** Not shown unless somebody asks for it: a frame is small. */
const HIDDEN = ['expected', 'predict', 'reset', 'answers', 'save'];
/** The settings that a frame shows unless they are hidden. */
const OPEN = ['seed'];

function listRow(key: string, label: string, help: string, choices: Choice[], standard: string[]): SettingRow {
  return { key, label, help, kind: 'list', min: null, max: null, step: null, default: standard, unit: '', choices };
}

/** What only the frame takes from its address. */
export function embedRows(experiment: Experiment): SettingRow[] {
  const settings = experiment.settings.map(({ key, label, help }) => ({ value: key, label, help }));
  const hidden = [...HIDDEN, ...settings.map((setting) => setting.value).filter((key) => !OPEN.includes(key))];
  const figures = experiment.figures.map(({ id, title, note }) => ({ value: id, label: title, help: note }));
  const start = choiceRow('start', 'Start', ['press', 'visible']);
  return [
    listRow('hide', 'Hidden', 'Parts and settings that are not shown.', [...PARTS, ...settings], hidden),
    listRow('figures', 'Figures', 'Which charts are shown.', figures, figures.slice(0, 1).map((figure) => figure.value)),
    {
      ...start,
      help: 'Whether the run starts by itself.',
      choices: [
        { value: 'press', label: 'When Start is pressed', help: '' },
        { value: 'visible', label: 'By itself, once it is in sight', help: '' },
      ],
    },
  ];
}

export function readEmbedAddress(search: string): PageAddress {
  return readPageAddress(search, embedRows);
}

export function writeEmbedAddress({ experiment, page, values, more }: Omit<PageAddress, 'ignored'>): string {
  return writePageAddress(experiment, page, values, more, embedRows);
}

/** The page around a frame may change these by message. */
export function messageRows(experiment: Experiment): SettingRow[] {
  return [...PAGE_ROWS.filter((row) => row.key === 'theme'), ...experiment.settings];
}

export function isHidden(more: Values, id: string): boolean {
  return (more['hide'] as string[]).includes(id);
}
