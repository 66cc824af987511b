import type { Interval } from '../model/intervals';
import { nextIn, visibleRows } from '../model/rows';
import { matches, parseSearch, searchable } from '../model/search';
import type { SearchableSpan } from '../model/search';
import { moved, zoomed } from '../model/time-axis';
import { hasPhases } from '../model/totals';
import type { SpanNode, TraceModel } from '../model/trace-model';

export type Tab = 'waterfall' | 'totals' | 'map' | 'logs' | 'mcp';

/** What of the session changed: `rows` also when a search or a collapsed span changes them. */
export type SessionChange = 'rows' | 'selection' | 'zoom' | 'tab' | 'look';

/** What is selected, found, collapsed and zoomed in an open trace. Views listen to its changes. */
export class TraceSession {
  trace: TraceModel;
  tab: Tab = 'waterfall';
  selected: SpanNode | undefined;
  detailsOpen = false;
  shown: Interval;
  search = '';
  found: ReadonlySet<SpanNode> = new Set();
  matchesOnly = false;
  criticalOnly = false;
  colorByService: boolean;
  rows: readonly SpanNode[] = [];
  #collapsed = new Set<SpanNode>();
  #searchables = new Map<SpanNode, SearchableSpan>();
  readonly #listeners = new Set<(change: SessionChange) => void>();

  constructor(trace: TraceModel) {
    this.trace = trace;
    this.shown = { start: 0, end: trace.durationNanos };
    this.colorByService = !hasPhases(trace);
    this.#updateRows();
  }

  /** Replaces the trace by a newer state of itself, and keeps what is selected, found and collapsed. */
  replaceTrace(trace: TraceModel): void {
    const idOf = (node: SpanNode): string => `${node.span.spanId} ${node.span.kind}`;
    const collapsed = new Set([...this.#collapsed].map(idOf));
    const selected = this.selected === undefined ? undefined : idOf(this.selected);
    const whole = this.shown.start === 0 && this.shown.end === this.trace.durationNanos;
    this.trace = trace;
    this.#searchables.clear();
    this.#collapsed = new Set(trace.nodes.filter((node) => collapsed.has(idOf(node))));
    this.selected = trace.nodes.find((node) => idOf(node) === selected);
    if (whole) this.shown = { start: 0, end: trace.durationNanos };
    this.setSearch(this.search);
    this.notify('tab');
  }

  listen(listener: (change: SessionChange) => void): void {
    this.#listeners.add(listener);
  }

  /** Removes all listeners: the views that had them are gone. */
  unlisten(): void {
    this.#listeners.clear();
  }

  notify(change: SessionChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  select(node: SpanNode | undefined): void {
    if (node === undefined) return;
    this.selected = node;
    let hidden = false;
    for (let at = node.parent; at !== undefined; at = at.parent) hidden = this.#collapsed.delete(at) || hidden;
    if (hidden) this.#updateRows();
    if (!this.rows.includes(node)) {
      this.matchesOnly = false;
      this.criticalOnly = false;
      this.#updateRows();
      hidden = true;
    }
    if (hidden) this.notify('rows');
    this.notify('selection');
  }

  isCollapsed(node: SpanNode): boolean {
    return this.#collapsed.has(node);
  }

  setCollapsed(nodes: Iterable<SpanNode>, collapsed: boolean): void {
    for (const node of nodes) {
      if (!collapsed) this.#collapsed.delete(node);
      else if (node.children.length > 0) this.#collapsed.add(node);
    }
    this.#updateRows();
    if (this.selected !== undefined && !this.rows.includes(this.selected)) {
      let at: SpanNode | undefined = this.selected;
      while (at !== undefined && !this.rows.includes(at)) at = at.parent;
      this.selected = at;
    }
    this.notify('rows');
  }

  setSearch(text: string): void {
    this.search = text;
    const terms = parseSearch(text);
    this.found =
      terms.length === 0
        ? new Set()
        : new Set(this.trace.nodes.filter((node) => matches(terms, this.#searchableOf(node))));
    this.#updateRows();
    this.notify('rows');
  }

  setMatchesOnly(on: boolean): void {
    this.matchesOnly = on;
    this.#updateRows();
    this.notify('rows');
  }

  setCriticalOnly(on: boolean): void {
    this.criticalOnly = on;
    this.#updateRows();
    this.notify('rows');
  }

  setTab(tab: Tab): void {
    this.tab = tab;
    this.notify('tab');
  }

  setDetailsOpen(open: boolean): void {
    this.detailsOpen = open;
    this.notify('selection');
  }

  toggleColor(): void {
    this.colorByService = !this.colorByService;
    this.notify('look');
  }

  /** Selects the next span, or the previous one, for which `isWanted` holds. */
  selectNext(step: 1 | -1, isWanted: (node: SpanNode) => boolean): void {
    const { nodes } = this.trace;
    this.select(nextIn(nodes, new Set(nodes.filter(isWanted)), this.selected, step));
  }

  /** Moves the selection by rows. */
  move(by: number): void {
    const at = this.selected === undefined ? -1 : this.rows.indexOf(this.selected);
    const index = at === -1 ? (by > 0 ? 0 : this.rows.length - 1) : at + by;
    this.select(this.rows[Math.min(Math.max(index, 0), this.rows.length - 1)]);
  }

  show(shown: Interval): void {
    this.shown = shown;
    this.notify('zoom');
  }

  showAll(): void {
    this.show({ start: 0, end: this.trace.durationNanos });
  }

  zoom(factor: number, around?: number): void {
    const { selected, shown } = this;
    const middle = (shown.start + shown.end) / 2;
    const visible = selected !== undefined && selected.start < shown.end && selected.end > shown.start;
    const at =
      around ?? (visible ? Math.min(Math.max((selected.start + selected.end) / 2, shown.start), shown.end) : middle);
    this.show(zoomed(shown, factor, at, this.trace.durationNanos));
  }

  pan(share: number): void {
    this.show(moved(this.shown, (this.shown.end - this.shown.start) * share, this.trace.durationNanos));
  }

  zoomTo(node: SpanNode): void {
    const margin = Math.max(node.end - node.start, 1) * 0.05;
    this.show(zoomed({ start: node.start - margin, end: node.end + margin }, 1, node.start, this.trace.durationNanos));
  }

  #searchableOf(node: SpanNode): SearchableSpan {
    const known = this.#searchables.get(node) ?? searchable(node.span, node.logs);
    this.#searchables.set(node, known);
    return known;
  }

  #updateRows(): void {
    const critical = this.criticalOnly ? this.trace.nodes.filter((node) => node.critical.length > 0) : undefined;
    const only = this.matchesOnly && this.search.trim() !== '' ? this.found : critical && new Set(critical);
    this.rows = visibleRows(this.trace, { collapsed: this.#collapsed, only });
  }
}
