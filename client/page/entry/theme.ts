// Dark or light: as the system has it, or as the person wants it.

import type { Preferences } from './preferences.ts';

/** Makes the document look as the preferences say, now and whenever they change. */
export function followTheme(preferences: Preferences): void {
  const show = (): void => {
    const theme = preferences.get('theme');
    if (theme === 'system') {
      delete document.documentElement.dataset['theme'];
    } else {
      document.documentElement.dataset['theme'] = theme;
    }
  };
  preferences.on('changed', ({ key }) => key === 'theme' && show());
  show();
}
