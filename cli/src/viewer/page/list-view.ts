import type { TraceSummary } from '../model/summary';
import type { CommandHandlers } from './commands';
import { button, fill, h } from './dom';
import { histogramView } from './histogram-view';
import { emptyList } from './empty-list';
import { listFooter } from './list-footer';
import { ListFilters } from './list-filters';
import { t } from './preferences';
import { hashOf } from './routes';
import { byStart, filtered, initialListState, inRange } from './trace-list-filter';
import type { ListState } from './trace-list-filter';
import { traceListRow } from './trace-list-row';
import type { SourceChange, SourceStats, TraceSource } from './trace-source';
import type { View } from './view';

// The newest ones. The search finds the others.
const MAX_ROWS = 300;

/** What the list needs from the page. */
export interface ListContext {
  readonly source: TraceSource;
  readonly state: ListState;
  /** The ids of the traces that are marked for comparison, at most two. */
  readonly marked: readonly string[];
  onMark(traceId: string): void;
  onImport(): void;
}

/** The list of traces. */
export class ListView implements View {
  readonly element = h('main', { class: 'list' });
  readonly title = t('traces');
  readonly commands: CommandHandlers;
  readonly #context: ListContext;
  readonly #filters: ListFilters;
  readonly #histogram = h('div');
  readonly #rows = h('tbody');
  readonly #table: HTMLElement;
  readonly #empty = h('div');
  readonly #footer = h('footer');
  readonly #traces = new Map<string, TraceSummary>();
  #stats: SourceStats | undefined;
  #shown: readonly TraceSummary[] = [];
  #searched = 0;

  constructor(context: ListContext) {
    this.#context = context;
    const { state } = context;
    this.#filters = new ListFilters(state, {
      onSearch: () => void this.load(),
      onFilter: () => this.#render(),
      onImport: () => context.onImport(),
    });
    this.commands = {
      search: () => this.#filters.focusSearch(),
      escape: () => this.#escape(),
      down: () => this.#move(1),
      up: () => this.#move(-1),
      first: () => this.#select(0),
      last: () => this.#select(Infinity),
      open: () => this.#open(),
      mark: () => {
        if (state.selected !== undefined) context.onMark(state.selected);
      },
      compare: () => this.#compare(),
      errors: () => {
        state.errorsOnly = !state.errorsOnly;
        this.#render();
      },
      import: () => context.onImport(),
    };
    const titles = h(
      'tr',
      {},
      h('th', { scope: 'col', class: 'mark' }, h('span', { class: 'hidden-text' }, t('compare'))),
      h('th', { scope: 'col', class: 'start' }, t('started')),
      h('th', { scope: 'col' }, t('trace')),
      h('th', { scope: 'col', class: 'number' }, t('duration')),
      h('th', { scope: 'col', class: 'number spans' }, t('spans')),
      h('th', { scope: 'col', class: 'number' }, t('errors')),
    );
    this.#table = h('table', { class: 'grid traces' }, h('thead', {}, titles), this.#rows);
    this.element.append(this.#filters.element, this.#histogram, this.#table, this.#empty, this.#footer);
  }

  shown(): void {
    void this.load();
  }

  changed({ changed, removed, stats }: SourceChange): void {
    this.#stats = stats;
    for (const traceId of removed) this.#traces.delete(traceId);
    // Whether a changed trace matches the search is known to the server only.
    if (this.#context.state.search.trim() !== '') void this.load();
    else {
      for (const trace of changed) this.#traces.set(trace.traceId, trace);
      // What is pressed must still be there when it is released. The next change shows this one, too.
      if (!this.#rows.matches(':active')) this.#render();
    }
  }

  async load(): Promise<void> {
    const search = (this.#searched += 1);
    const { summaries, stats } = await this.#context.source.summaries(this.#context.state.search);
    if (search !== this.#searched) return;
    this.#traces.clear();
    for (const trace of summaries) this.#traces.set(trace.traceId, trace);
    this.#stats = stats;
    this.#render();
  }

  #render(): void {
    const { state, marked, source } = this.#context;
    const left = filtered(this.#traces.values(), state).sort(byStart);
    this.#shown = left.filter((trace) => inRange(trace, state.range));
    const focused = this.#focusedTrace();
    const longestNanos = this.#shown.reduce((most, { durationNanos }) => Math.max(most, durationNanos), 0);
    this.#filters.show(this.#traces.values());
    fill(
      this.#histogram,
      left.length > 1 &&
        histogramView(left, state.range, (range) => {
          state.range = range;
          this.#render();
        }),
    );
    fill(
      this.#rows,
      ...this.#shown.slice(0, MAX_ROWS).map((trace) =>
        traceListRow({
          trace,
          selected: trace.traceId === state.selected,
          marked: marked.includes(trace.traceId),
          longestNanos,
          onMark: () => this.#context.onMark(trace.traceId),
        }),
      ),
    );
    if (focused !== undefined) this.#rows.querySelector<HTMLElement>(focused)?.focus();
    this.#table.hidden = this.#shown.length === 0;
    fill(this.#empty, this.#shown.length === 0 && this.#stats !== undefined && this.#emptyText());
    fill(this.#footer, this.#stats !== undefined && listFooter(this.#shown.length, this.#stats, source));
  }

  /** A selector for what has the focus in a row. The rows are created anew, and must not lose it. */
  #focusedTrace(): string | undefined {
    const { activeElement } = document;
    const traceId = activeElement?.closest<HTMLElement>('.traces [data-trace]')?.dataset['trace'];
    return traceId === undefined ? undefined : `[data-trace="${traceId}"] ${activeElement?.tagName.toLowerCase()}`;
  }

  #emptyText(): HTMLElement {
    const { source, state } = this.#context;
    if (this.#stats?.traces === 0) return emptyList(source.isServer);
    return h(
      'div',
      { class: 'empty' },
      h('p', {}, t('noResults')),
      button(t('clearFilters'), () => {
        Object.assign(state, { ...initialListState(), selected: state.selected });
        void this.load();
      }),
    );
  }

  #move(by: number): void {
    const { selected } = this.#context.state;
    const at = this.#shown.findIndex(({ traceId }) => traceId === selected);
    this.#select(at === -1 ? (by > 0 ? 0 : Infinity) : at + by);
  }

  #select(index: number): void {
    const { state } = this.#context;
    const shown = this.#shown.slice(0, MAX_ROWS);
    state.selected = shown[Math.min(Math.max(index, 0), shown.length - 1)]?.traceId;
    this.#render();
    this.#rows.querySelector('.selected')?.scrollIntoView({ block: 'nearest' });
  }

  #open(): void | false {
    const { selected } = this.#context.state;
    if (selected === undefined) return false;
    location.hash = hashOf({ page: 'trace', traceId: selected });
  }

  #compare(): void | false {
    const [before, after] = this.#context.marked;
    if (before === undefined || after === undefined) return false;
    location.hash = hashOf({ page: 'compare', before, after });
  }

  #escape(): void {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }
}
