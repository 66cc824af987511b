import { COMMANDS, textKeyOf } from './commands';
import type { CommandName, CommandScope } from './commands';
import { button, h } from './dom';
import { t } from './preferences';

const TITLES = { global: 'keysGlobal', list: 'keysList', trace: 'keysTrace' } as const;
const KEY_NAMES: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Backspace: '⌫',
};

function sectionOf(scope: CommandScope): HTMLElement {
  const names = (Object.keys(COMMANDS) as CommandName[]).filter((name) =>
    (COMMANDS[name].scopes as readonly CommandScope[]).includes(scope),
  );
  const rows = names.map((name) =>
    h(
      'div',
      {},
      h('dt', {}, ...COMMANDS[name].keys.map((key) => h('kbd', {}, KEY_NAMES[key] ?? key))),
      h('dd', {}, t(textKeyOf(name))),
    ),
  );
  return h('section', {}, h('h3', {}, t(TITLES[scope])), h('dl', {}, ...rows));
}

/** Closes the list of keys. */
export function closeHelp(): void {
  document.querySelector<HTMLDialogElement>('dialog.help')?.close();
}

/** Opens the list of keys, or closes it if it is open. */
export function toggleHelp(): void {
  const open = document.querySelector<HTMLDialogElement>('dialog.help');
  if (open !== null) return open.close();
  const dialog: HTMLDialogElement = h(
    'dialog',
    { class: 'help', aria: { labelledby: 'help-title' }, on: { close: () => dialog.remove() } },
    h(
      'header',
      {},
      h('h2', { id: 'help-title' }, t('help')),
      button('✕', () => dialog.close(), { class: 'icon', aria: { label: t('close') } }),
    ),
    h('div', { class: 'sections' }, sectionOf('trace'), h('div', {}, sectionOf('list'), sectionOf('global'))),
  );
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}
