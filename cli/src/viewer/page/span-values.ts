import { jsonValue, valueText } from '../model/text';
import { shortened, visibleText } from '../model/visible-text';
import { button, fill, h } from './dom';
import { numberText, t } from './preferences';

// A longer value is shown in full on request only, and then in parts, so that laying it out does not block the page.
const FIRST_PART = 2_000;
const MAX_PART = 200_000;

/** A value as text: JSON in several lines if it is one, also within a string. */
function textOf(value: unknown): string {
  if (typeof value !== 'string') {
    const json = JSON.stringify(value, jsonValue, typeof value === 'object' ? 2 : undefined);
    return json === undefined ? '' : json.replace(/^"(.*)"$/s, '$1');
  }
  if (value.length > 100_000 || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.stringify(JSON.parse(value), undefined, 2);
  } catch {
    return value;
  }
}

/** Shows a value as text. */
export function valueElement(value: unknown): HTMLElement {
  const text = textOf(value);
  const element = h('bdi', { class: `value ${typeof value}` }, visibleText(shortened(text, FIRST_PART)));
  if (text.length <= FIRST_PART) return element;
  const showAll = button(
    t('showAll', { count: numberText(text.length) }),
    () => {
      fill(element, visibleText(shortened(text, MAX_PART)), text.length > MAX_PART && '…');
      showAll.remove();
    },
    { class: 'link' },
  );
  return h('span', { class: 'long-value' }, element, showAll);
}

/** A table of keys and values. `onFind` is called with the search for spans that have the same value. */
export function attributeTable(
  attributes: Readonly<Record<string, unknown>>,
  onFind?: (search: string) => void,
): HTMLElement {
  const rows = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return h(
    'table',
    { class: 'attributes' },
    h(
      'tbody',
      {},
      ...rows.map(([key, value]) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, h('bdi', {}, visibleText(shortened(key, 500)))),
          h('td', {}, valueElement(value), onFind !== undefined && findButton(key, value, onFind)),
        ),
      ),
    ),
  );
}

function findButton(key: string, value: unknown, onFind: (search: string) => void): HTMLElement | false {
  const text = typeof value === 'object' ? '' : valueText(value);
  if (text === '' || text.length > 200 || /["\s=<>!]/.test(key) || text.includes('"')) return false;
  return button('⌕', () => onFind(`${key}="${text}"`), {
    class: 'find',
    title: t('findThis'),
    aria: { label: t('findThis') },
  });
}
