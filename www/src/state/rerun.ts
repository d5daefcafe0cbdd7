import { echo } from './check';
import type { Lab } from './lab.svelte';
import { formValues } from './settings';
import type { KeptRun } from './shelf.svelte';

/** Keeps the file that is open, to be laid over the charts of this device's own runs. */
export function layOver(lab: Lab): KeptRun | undefined {
  const view = lab.view;
  if (view?.source !== 'opened' || !view.run) return undefined;
  const kept = lab.shelf.add(view.run, 'file', echo(view.title));
  lab.closeFile();
  return kept;
}

/** Makes the run of the file that is open again on this device. What the form does not take is named, and the file is kept whole. */
export function runAgain(lab: Lab): void {
  if (!lab.canCompute) return;
  const kept = layOver(lab);
  if (!kept) return;
  const { values, misfits } = formValues(lab.experiment, kept.run.plan.settings);
  if (misfits.length) lab.notify('info', `Not everything in “${kept.name}” fits here: ${misfits.join('; ')}. The file itself is kept as run ${kept.number}.`);
  lab.shelf.original = { name: kept.name, run: kept.run, values };
  lab.again(values);
}
