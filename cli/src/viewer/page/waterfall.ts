import { durationText } from '../model/duration-text';
import { ticksOf } from '../model/time-axis';
import type { SpanNode } from '../model/trace-model';
import { fill, h, place } from './dom';
import { t } from './preferences';
import type { SessionChange, TraceSession } from './trace-session';
import { waterfallRow } from './waterfall-row';

// Up to this number all rows are in the document, so that the browser's own search finds them.
const ALL_ROWS = 500;
// Rows that are created above and below what is visible.
const OVERSCAN = 8;

/** The waterfall: a row for each span, with its place in time. Of a large trace only the visible rows exist. */
export class Waterfall {
  readonly element: HTMLElement;
  readonly #session: TraceSession;
  readonly #body = h('div', { class: 'rows', role: 'rowgroup' });
  readonly #axis = h('div', { class: 'axis', aria: { hidden: 'true' } });
  readonly #lines = h('div', { class: 'lines', aria: { hidden: 'true' } });
  readonly #grid: HTMLElement;
  readonly #created = new Map<number, HTMLElement>();
  #frame = 0;
  #height = 28;

  constructor(session: TraceSession) {
    this.#session = session;
    this.#grid = h(
      'div',
      {
        class: 'waterfall',
        role: 'treegrid',
        tabindex: '0',
        aria: { label: t('waterfall') },
        on: {
          scroll: () => this.#schedule(),
          click: (event) => this.#click(event),
          wheel: (event) => this.#wheel(event),
        },
      },
      h(
        'div',
        { class: 'heading', role: 'row' },
        h('div', { class: 'name', role: 'columnheader' }, t('name')),
        h('div', { class: 'time', role: 'columnheader', aria: { label: t('duration') } }, this.#axis),
      ),
      this.#lines,
      this.#body,
    );
    this.element = this.#grid;
    new ResizeObserver(() => this.#resized()).observe(this.#grid);
    session.listen((change) => this.#update(change));
    this.#renderAxis();
    this.render();
  }

  focus(): void {
    this.#grid.focus({ preventScroll: true });
  }

  /** Creates all rows again. */
  render(): void {
    const { rows } = this.#session;
    this.#created.clear();
    this.#body.replaceChildren();
    this.#grid.setAttribute('aria-rowcount', String(rows.length));
    this.#body.style.height = `${rows.length * this.#height}px`;
    this.#lines.style.height = this.#body.style.height;
    this.#renderRows();
    this.#markSelected();
  }

  /** Scrolls so that the selected row is visible. */
  reveal(): void {
    const { rows, selected } = this.#session;
    const index = selected === undefined ? -1 : rows.indexOf(selected);
    if (index === -1) return;
    const height = this.#height;
    const heading = this.#grid.firstElementChild?.clientHeight ?? 0;
    const [top, bottom] = [index * height, (index + 1) * height];
    const visible = this.#grid.clientHeight - heading;
    if (top < this.#grid.scrollTop) this.#grid.scrollTop = Math.max(0, top - height);
    else if (bottom > this.#grid.scrollTop + visible) this.#grid.scrollTop = bottom - visible + height;
    this.#renderRows();
    this.#markSelected();
  }

  #update(change: SessionChange): void {
    if (!this.#grid.isConnected) return;
    if (change === 'zoom') this.#renderAxis();
    if (change === 'selection') this.reveal();
    else this.render();
  }

  // A narrow window has the time below the name, in higher rows.
  #resized(): void {
    const height = Number.parseFloat(getComputedStyle(this.#grid).getPropertyValue('--row-height')) || 28;
    if (height === this.#height) return this.#schedule();
    this.#height = height;
    this.render();
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#renderRows();
    });
  }

  #renderRows(): void {
    const { rows } = this.#session;
    const height = this.#height;
    const all = rows.length <= ALL_ROWS;
    const first = all ? 0 : Math.max(0, Math.floor(this.#grid.scrollTop / height) - OVERSCAN);
    const count = Math.ceil(this.#grid.clientHeight / height) + 2 * OVERSCAN;
    const last = all ? rows.length : Math.min(rows.length, first + count);
    for (const [index, row] of this.#created) {
      if (index >= first && index < last) continue;
      row.remove();
      this.#created.delete(index);
    }
    let previous: HTMLElement | undefined;
    for (let index = first; index < last; index += 1) {
      let row = this.#created.get(index);
      if (row === undefined) {
        row = waterfallRow(this.#session, rows[index]!, index);
        row.style.top = `${index * height}px`;
        this.#created.set(index, row);
        // The order in the document is the order on the screen, for screen readers and the browser's search.
        if (previous === undefined) this.#body.prepend(row);
        else previous.after(row);
      }
      previous = row;
    }
  }

  #markSelected(): void {
    const { rows, selected } = this.#session;
    for (const [index, row] of this.#created) row.setAttribute('aria-selected', String(rows[index] === selected));
    const index = selected === undefined ? -1 : rows.indexOf(selected);
    if (this.#created.has(index)) this.#grid.setAttribute('aria-activedescendant', `row-${index}`);
    else this.#grid.removeAttribute('aria-activedescendant');
  }

  #renderAxis(): void {
    const { shown } = this.#session;
    const ticks = ticksOf(shown, innerWidth < 720 ? 3 : 6);
    const at = (tick: number): number => ((tick - shown.start) / (shown.end - shown.start || 1)) * 100;
    const placed = (tick: number, element: HTMLElement): HTMLElement => {
      place(element, 'left', at(tick));
      return element;
    };
    fill(
      this.#axis,
      ...ticks.filter((tick) => at(tick) < 94).map((tick) => placed(tick, h('span', {}, durationText(tick)))),
    );
    fill(this.#lines, h('div', {}, ...ticks.map((tick) => placed(tick, h('i')))));
  }

  #nodeAt(target: EventTarget | null): SpanNode | undefined {
    const row = target instanceof Element ? target.closest<HTMLElement>('.row') : null;
    return row === null ? undefined : this.#session.rows[Number(row.dataset['index'])];
  }

  #click(event: MouseEvent): void {
    const node = this.#nodeAt(event.target);
    if (node === undefined) return;
    if (event.target instanceof Element && event.target.closest('.caret') !== null) {
      this.#session.setCollapsed([node], !this.#session.isCollapsed(node));
      return;
    }
    this.#session.select(node);
    this.#session.setDetailsOpen(true);
  }

  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { left, width } = this.#axis.getBoundingClientRect();
    const { shown } = this.#session;
    const at = shown.start + ((event.clientX - left) / (width || 1)) * (shown.end - shown.start);
    this.#session.zoom(event.deltaY < 0 ? 0.8 : 1.25, at);
  }
}
