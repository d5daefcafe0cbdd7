import { now, t } from '../i18n/i18n.svelte';
import type { Lab } from './lab.svelte';
import type { RunView } from './view.svelte';

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
  if (lab.status === 'failed') return t('phase.failed');
  if (lab.elsewhere && !lab.starting) return t('phase.elsewhere');
  if (lab.status === 'opening' || !view?.plan) {
    if (lab.compiled) return t('phase.compiling', lab.compiled);
    return t(lab.starting ? 'phase.soon' : 'phase.opening');
  }
  if (!view.phase) return t('phase.ready');
  if (view.run?.stopped) return t('phase.stopped');
  if (!view.running && !lab.starting && !view.finished && view.phase !== 'finished') return t(`paused.${view.phase}`);
  return t(`phase.${view.phase}`);
}

/** At which step a run is, and how long it still takes. */
export function stepWords(view: RunView): string {
  const place = { step: view.step, steps: stepsOf(view) };
  return view.running && view.speed ? t('run.stepLeft', { ...place, time: now().speech.duration(view.speed.secondsLeft) }) : t('run.step', place);
}
