import { CHINESE } from './chinese';
import { ENGLISH } from './english';

/** The key of a text of the page. */
export type TextKey = keyof typeof ENGLISH;

export type Language = 'en' | 'zh';
export type Theme = 'light' | 'dark';

// A page that is opened from a file may have no storage.
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The choice then lasts until the page is closed.
  }
}

function initialLanguage(): Language {
  const stored = read('fc-traced.language');
  if (stored === 'en' || stored === 'zh') return stored;
  return navigator.languages.find((one) => /^(en|zh)\b/.test(one))?.startsWith('zh') === true ? 'zh' : 'en';
}

function initialTheme(): Theme {
  const stored = read('fc-traced.theme');
  if (stored === 'light' || stored === 'dark') return stored;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

let language = initialLanguage();
let theme = initialTheme();

/** Applies the language and the theme to the document. */
export function applyPreferences(): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.documentElement.dataset['theme'] = theme;
}

export function toggleLanguage(): void {
  language = language === 'en' ? 'zh' : 'en';
  write('fc-traced.language', language);
  applyPreferences();
}

export function toggleTheme(): void {
  theme = theme === 'light' ? 'dark' : 'light';
  write('fc-traced.theme', theme);
  applyPreferences();
}

/** A text in the language of the page. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  const text: string = (language === 'zh' ? CHINESE : ENGLISH)[key];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A number with separators. */
export const numberText = (value: number): string => value.toLocaleString(language === 'zh' ? 'zh-CN' : 'en-US');

/** A point in time as local time, such as `21:03:04.567`; with `date`, also the day. */
export function timeText(nanos: bigint, date = false): string {
  const time = new Date(Number(nanos / 1_000_000n));
  if (Number.isNaN(time.getTime())) return '?';
  return time.toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', {
    ...(date ? { year: 'numeric', month: 'short', day: 'numeric' } : {}),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  });
}
