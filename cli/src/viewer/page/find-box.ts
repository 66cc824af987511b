import { button, h } from './dom';
import { numberText, t } from './preferences';
import type { TraceSession } from './trace-session';

// Searching a large trace takes some milliseconds, so not every key starts it.
const DELAY_MS = 80;

/** The search within a trace: the text, the number of matches, next and previous. */
export class FindBox {
  readonly element: HTMLElement;
  readonly #session: TraceSession;
  readonly #count = h('output', { class: 'muted' });
  readonly #only: HTMLInputElement;
  readonly #input: HTMLInputElement;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(session: TraceSession, onLeave: () => void) {
    this.#session = session;
    this.#input = h('input', {
      type: 'search',
      placeholder: t('find'),
      value: session.search,
      aria: { label: t('find') },
      on: {
        input: () => this.#later(),
        keydown: (event) => {
          if (event.key !== 'Enter' || event.isComposing) return;
          event.preventDefault();
          this.apply();
          this.next(event.shiftKey ? -1 : 1);
          onLeave();
        },
      },
    });
    this.#only = h('input', {
      type: 'checkbox',
      checked: session.matchesOnly,
      on: { change: () => session.setMatchesOnly(this.#only.checked) },
    });
    this.element = h(
      'div',
      { class: 'find-box', role: 'search' },
      this.#input,
      this.#count,
      button('↑', () => this.next(-1), { class: 'icon', title: t('previous'), aria: { label: t('previous') } }),
      button('↓', () => this.next(1), { class: 'icon', title: t('next'), aria: { label: t('next') } }),
      h('label', {}, this.#only, t('matchesOnly')),
    );
    session.listen(() => this.#show());
    this.#show();
  }

  focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  /** Searches for a text. */
  search(text: string): void {
    this.#input.value = text;
    this.apply();
  }

  /** Searches now for what has been typed. */
  apply(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#input.value !== this.#session.search) this.#session.setSearch(this.#input.value);
  }

  next(step: 1 | -1): void {
    this.#session.selectNext(step, (node) => this.#session.found.has(node));
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.apply(), DELAY_MS);
  }

  #show(): void {
    const { found, search, selected, trace, matchesOnly } = this.#session;
    this.#only.checked = matchesOnly;
    if (this.#input.value !== search && this.#timer === undefined) this.#input.value = search;
    if (search.trim() === '') this.#count.textContent = '';
    else if (found.size === 0) this.#count.textContent = t('noMatches');
    else {
      const at = selected !== undefined && found.has(selected) ? [...found].indexOf(selected) + 1 : 0;
      const count = numberText(found.size);
      this.#count.textContent = t('matches', { at: at === 0 ? '–' : numberText(at), count });
    }
    this.element.classList.toggle('none', search.trim() !== '' && found.size === 0 && trace.nodes.length > 0);
  }
}
