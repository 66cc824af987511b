import type { TraceSummary } from '../model/summary';
import { visibleLine } from '../model/visible-text';
import { button, fill, h } from './dom';
import { t } from './preferences';
import type { ListState } from './trace-list-filter';

const DELAY_MS = 150;

interface FilterEvents {
  onSearch(): void;
  onFilter(): void;
  onImport(): void;
}

/** The search and the filters above the list of traces. */
export class ListFilters {
  readonly element: HTMLElement;
  readonly #state: ListState;
  readonly #search: HTMLInputElement;
  readonly #errors: HTMLInputElement;
  readonly #coldStarts: HTMLInputElement;
  readonly #service: HTMLSelectElement;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(state: ListState, events: FilterEvents) {
    this.#state = state;
    this.#search = h('input', {
      type: 'search',
      placeholder: t('searchTraces'),
      value: state.search,
      aria: { label: t('searchTraces') },
      on: {
        input: () => {
          clearTimeout(this.#timer);
          this.#timer = setTimeout(() => {
            state.search = this.#search.value;
            events.onSearch();
          }, DELAY_MS);
        },
        keydown: (event) => {
          if (event.key === 'Enter') this.#search.blur();
        },
      },
    });
    const checkbox = (set: (on: boolean) => void): HTMLInputElement => {
      const input = h('input', {
        type: 'checkbox',
        on: {
          change: () => {
            set(input.checked);
            events.onFilter();
          },
        },
      });
      return input;
    };
    this.#errors = checkbox((on) => (state.errorsOnly = on));
    this.#coldStarts = checkbox((on) => (state.coldStartsOnly = on));
    this.#service = h('select', {
      aria: { label: t('service') },
      on: {
        change: () => {
          state.service = this.#service.value;
          events.onFilter();
        },
      },
    });
    this.element = h(
      'div',
      { class: 'filters', role: 'search' },
      this.#search,
      this.#service,
      h('label', {}, this.#errors, t('errorsOnly')),
      h('label', {}, this.#coldStarts, t('coldStartsOnly')),
      h('span', { class: 'space' }),
      button(t('importFile'), () => events.onImport(), { title: 'o' }),
    );
  }

  focusSearch(): void {
    this.#search.focus();
    this.#search.select();
  }

  /** Shows the state, and the services of the traces as choices. */
  show(traces: Iterable<TraceSummary>): void {
    const { search, errorsOnly, coldStartsOnly, service } = this.#state;
    if (document.activeElement !== this.#search) this.#search.value = search;
    this.#errors.checked = errorsOnly;
    this.#coldStarts.checked = coldStartsOnly;
    const names = new Set([...traces].flatMap(({ services }) => services));
    if (service !== '') names.add(service);
    const options = [...names].sort();
    if (
      [...this.#service.options]
        .slice(1)
        .map(({ value }) => value)
        .join('\n') !== options.join('\n') ||
      this.#service.options.length === 0
    ) {
      fill(
        this.#service,
        h('option', { value: '' }, t('allServices')),
        ...options.map((name) => h('option', { value: name }, visibleLine(name, 60))),
      );
    }
    this.#service.value = service;
  }
}
