import type { Lab } from './lab.svelte';
import type { RunView } from './view.svelte';
import { PHASES } from './words';

export function stepsOf(view: RunView | undefined): number {
  return Number(view?.plan?.settings.steps ?? view?.plan?.schedule.at(-1) ?? 0);
}

/** How far a run is, from 0 to 1: with its answers while they are bought, then with its steps. */
export function shareDone(view: RunView | undefined): number {
  if (!view?.plan) return 0;
  if (view.finished) return 1;
  return view.phase === 'buying' ? view.done / Math.max(1, view.total) : view.step / Math.max(1, stepsOf(view));
}

/** What the run on screen is doing, in a few words. */
export function phaseWords(lab: Lab): string {
  const view = lab.view;
  if (lab.status === 'failed') return 'Nothing to run';
  if (lab.elsewhere && !lab.starting) return 'Not started';
  if (lab.status === 'opening' || !view?.plan) {
    if (lab.compiled) return `Preparing the GPU: ${lab.compiled.done} of ${lab.compiled.total} programs compiled`;
    return lab.starting ? 'Starts as soon as the teacher is ready' : 'Getting the teacher ready';
  }
  if (!view.phase) return 'Ready';
  if (view.run?.stopped) return 'Stopped';
  if (!view.running && !lab.starting && !view.finished) return `Paused: ${PHASES[view.phase].toLowerCase()}`;
  return PHASES[view.phase];
}
