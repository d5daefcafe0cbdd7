const THEMES = ['auto', 'light', 'dark'];

export function themeAfter(theme: string): string {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
}

/** `auto` leaves the choice to the visitor's system. */
export function applyTheme(theme: string): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
