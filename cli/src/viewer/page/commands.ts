import type { TextKey } from './preferences';

/** Where a command is available. */
export type CommandScope = 'global' | 'list' | 'trace';

interface CommandKeys {
  /** The values of `KeyboardEvent.key`. */
  readonly keys: readonly string[];
  readonly scopes: readonly CommandScope[];
}

/** All commands and their keys. The help shows this table; the text of a command has the key `key_<command>`. */
export const COMMANDS = {
  help: { keys: ['?'], scopes: ['global'] },
  search: { keys: ['/'], scopes: ['global'] },
  escape: { keys: ['Escape'], scopes: ['global'] },
  list: { keys: ['g', 'Backspace'], scopes: ['global'] },
  theme: { keys: ['d'], scopes: ['global'] },
  language: { keys: ['L'], scopes: ['global'] },
  down: { keys: ['j', 'ArrowDown'], scopes: ['list', 'trace'] },
  up: { keys: ['k', 'ArrowUp'], scopes: ['list', 'trace'] },
  first: { keys: ['Home'], scopes: ['list', 'trace'] },
  last: { keys: ['End'], scopes: ['list', 'trace'] },
  open: { keys: ['Enter'], scopes: ['list', 'trace'] },
  mark: { keys: ['x'], scopes: ['list', 'trace'] },
  compare: { keys: ['c'], scopes: ['list'] },
  errors: { keys: ['e'], scopes: ['list'] },
  import: { keys: ['o'], scopes: ['list'] },
  tab: { keys: ['1', '2', '3', '4', '5'], scopes: ['trace'] },
  nextError: { keys: ['e'], scopes: ['trace'] },
  previousError: { keys: ['E'], scopes: ['trace'] },
  nextMatch: { keys: ['n'], scopes: ['trace'] },
  previousMatch: { keys: ['p', 'N'], scopes: ['trace'] },
  matchesOnly: { keys: ['m'], scopes: ['trace'] },
  nextCritical: { keys: ['c'], scopes: ['trace'] },
  criticalOnly: { keys: ['C'], scopes: ['trace'] },
  right: { keys: ['ArrowRight'], scopes: ['trace'] },
  left: { keys: ['ArrowLeft'], scopes: ['trace'] },
  expandAll: { keys: [']'], scopes: ['trace'] },
  collapseAll: { keys: ['['], scopes: ['trace'] },
  zoomIn: { keys: ['+', '='], scopes: ['trace'] },
  zoomOut: { keys: ['-'], scopes: ['trace'] },
  zoomReset: { keys: ['0'], scopes: ['trace'] },
  zoomSpan: { keys: ['z'], scopes: ['trace'] },
  panLeft: { keys: ['a', '<'], scopes: ['trace'] },
  panRight: { keys: ['s', '>'], scopes: ['trace'] },
  link: { keys: ['f'], scopes: ['trace'] },
  color: { keys: ['v'], scopes: ['trace'] },
  export: { keys: ['w'], scopes: ['trace'] },
} as const satisfies Readonly<Record<string, CommandKeys>>;

export type CommandName = keyof typeof COMMANDS;

/** What a view does for its commands. Returns `false` if it did nothing, so that the key keeps its usual effect. */
export type CommandHandlers = { readonly [K in CommandName]?: (key: string) => void | false };

export const textKeyOf = (command: CommandName): TextKey => `key_${command}`;

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement
    ? target.type !== 'checkbox'
    : target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
}

// These keys activate what has the focus, such as a button or a link.
const isActivation = (event: KeyboardEvent): boolean =>
  event.key === 'Enter' &&
  event.target instanceof Element &&
  event.target.closest('button, a, summary, label') !== null;

/** Runs the command of a key. `handlersOf` returns what the open view does, the innermost first. */
export function listenForCommands(handlersOf: () => readonly CommandHandlers[]): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (isTextField(event.target) && event.key !== 'Escape') return;
    if (isActivation(event)) return;
    // An open dialog handles its own keys.
    if (document.querySelector('dialog[open]') !== null && event.key !== '?') return;
    for (const handlers of handlersOf()) {
      for (const [name, handler] of Object.entries(handlers)) {
        if (!(COMMANDS[name as CommandName].keys as readonly string[]).includes(event.key)) continue;
        if (handler(event.key) === false) continue;
        event.preventDefault();
        return;
      }
    }
  });
}
