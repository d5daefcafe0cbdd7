import type { Lesson } from '../../lessons';

/** The lesson plans, in the order of `teach.html`: what each is called, who it is for, how long it takes. */
export const plans = [
  { name: 'secondary', title: 'Can a machine be copied by talking to it?', audience: 'Secondary school', minutes: 45 },
  { name: 'undergraduate', title: 'Knowledge distillation: what is transferred, and how would you know?', audience: 'Undergraduate', minutes: 90 },
  { name: 'policy', title: 'What is true in the dispute about copied models?', audience: 'Policy workshop', minutes: 30 },
];

const files = import.meta.glob<Lesson>('../../../docs/lessons/*.md', { import: 'default' });

/** A lesson by its name. A page loads its own only. */
export async function loadLesson(name: string): Promise<Lesson> {
  const load = files[`../../../docs/lessons/${name}.md`];
  if (!load) throw new Error(`There is no lesson “${name}”.`);
  return load();
}
