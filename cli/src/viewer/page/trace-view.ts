import type { ViewerSpan } from '../model/span';
import { hasMcp } from '../model/mcp';
import { visibleLine } from '../model/visible-text';
import type { CommandHandlers } from './commands';
import { detailsPanel } from './details-panel';
import { button, fill, h } from './dom';
import { FindBox } from './find-box';
import { logsView } from './log-table';
import { mapView } from './map-view';
import { mcpView } from './mcp-view';
import { Minimap } from './minimap';
import { numberText, t } from './preferences';
import { totalsView } from './totals-view';
import { traceCommands } from './trace-commands';
import { traceHeader } from './trace-header';
import type { Tab, TraceSession } from './trace-session';
import type { View } from './view';
import { Waterfall } from './waterfall';

const TABS: readonly Tab[] = ['waterfall', 'totals', 'map', 'logs', 'mcp'];

/** What the view of a trace needs from the page. */
export interface TraceViewContext {
  readonly isServer: boolean;
  /** The spans of other traces that link to this one. */
  readonly linking: readonly ViewerSpan[];
  onMark(): void;
}

/** What the marks in the waterfall mean. */
function markLegend(): HTMLElement {
  const entry = (kind: string, text: string): HTMLElement => h('span', {}, h('i', { class: kind }), text);
  return h(
    'div',
    { class: 'legend' },
    entry('critical', t('criticalPath')),
    entry('point event', t('events')),
    entry('point log', t('logs')),
  );
}

/** The view of one trace. */
export class TraceView implements View {
  readonly element = h('main', { class: 'trace' });
  readonly commands: CommandHandlers;
  readonly #session: TraceSession;
  readonly #context: TraceViewContext;
  readonly #find: FindBox;
  readonly #minimap: Minimap;
  readonly #waterfall: Waterfall;
  readonly #header = h('div');
  readonly #toolbar = h('div', { class: 'toolbar' });
  readonly #content = h('div', { class: 'content' });

  constructor(session: TraceSession, context: TraceViewContext) {
    this.#session = session;
    this.#context = context;
    session.unlisten();
    this.#find = new FindBox(session, () => this.#waterfall.focus());
    this.#minimap = new Minimap(session);
    this.#waterfall = new Waterfall(session);
    this.commands = {
      ...traceCommands(session),
      search: () => this.#find.focus(),
      escape: () => this.#escape(),
      tab: (key) => this.#openTab(Number(key) - 1),
      mark: () => context.onMark(),
      export: () => this.element.querySelector<HTMLAnchorElement>('.menu a')?.click(),
    };
    session.listen((change) => {
      if (change === 'tab' || change === 'look') this.#render();
      else this.#renderToolbar();
      if (change === 'selection') this.#renderDetails();
    });
    this.element.append(this.#header, this.#toolbar, this.#content);
    this.#render();
  }

  get title(): string {
    return visibleLine(this.#session.trace.nodes[0]?.span.name ?? '', 60);
  }

  shown(): void {
    this.#waterfall.render();
    this.#waterfall.reveal();
    this.#waterfall.focus();
  }

  restyled(): void {
    this.#minimap.draw();
  }

  closed(): void {
    this.#session.unlisten();
  }

  #render(): void {
    fill(
      this.#header,
      traceHeader(this.#session, this.#context.isServer, () => this.#context.onMark()),
    );
    this.#renderToolbar();
    const { tab } = this.#session;
    if (tab === 'waterfall') {
      fill(
        this.#content,
        h(
          'div',
          { class: 'timeline' },
          h('div', { class: 'minimap-row' }, markLegend(), this.#minimap.element),
          this.#waterfall.element,
        ),
      );
      this.#waterfall.render();
      this.#waterfall.reveal();
      this.#renderDetails();
    } else if (tab === 'totals') fill(this.#content, totalsView(this.#session));
    else if (tab === 'map') fill(this.#content, mapView(this.#session));
    else fill(this.#content, tab === 'mcp' ? (mcpView(this.#session) ?? '') : logsView(this.#session));
  }

  #renderToolbar(): void {
    const { criticalOnly, trace } = this.#session;
    const errors = trace.nodes.filter(({ error }) => error).length;
    // The search keeps its focus, so it stays in the document.
    if (!this.#find.element.isConnected) this.#toolbar.append(h('div'), this.#find.element, h('div'));
    const [tabs, , actions] = this.#toolbar.children;
    fill(tabs!, h('div', { class: 'tabs', role: 'tablist' }, ...this.#tabs().map((tab) => this.#tabButton(tab))));
    fill(
      actions!,
      button(t('criticalPath'), () => this.#session.setCriticalOnly(!criticalOnly), {
        class: 'toggle',
        title: `${t('criticalOnly')} (C)`,
        aria: { pressed: String(criticalOnly) },
      }),
      errors > 0 &&
        button(`${t('nextError')} ↓`, () => this.#session.selectNext(1, ({ error }) => error), { title: 'e' }),
    );
    actions!.className = 'actions';
  }

  #tabs(): Tab[] {
    const { trace } = this.#session;
    return TABS.filter((tab) => tab !== 'mcp' || hasMcp(trace));
  }

  #tabButton(tab: Tab): HTMLElement {
    const { trace } = this.#session;
    const count =
      tab === 'logs' && trace.logs.length > 0 && h('span', { class: 'count' }, numberText(trace.logs.length));
    return button(
      '',
      () => this.#session.setTab(tab),
      { role: 'tab', title: String(TABS.indexOf(tab) + 1), aria: { selected: String(tab === this.#session.tab) } },
      t(tab),
      count,
    );
  }

  #openTab(index: number): void {
    const tab = TABS[index];
    if (tab === undefined || !this.#tabs().includes(tab)) return;
    this.#session.setTab(tab);
    if (tab === 'waterfall') this.#waterfall.focus();
    else this.#content.querySelector<HTMLElement>('[tabindex]')?.focus();
  }

  #renderDetails(): void {
    const { selected, detailsOpen, tab } = this.#session;
    this.#content.querySelector('.details')?.remove();
    if (selected === undefined || !detailsOpen || tab !== 'waterfall') return;
    this.#content.append(
      detailsPanel(this.#session, selected, this.#context.linking, (search) => {
        this.#find.search(search);
        this.#waterfall.focus();
      }),
    );
  }

  #escape(): void {
    if (this.#find.element.contains(document.activeElement)) this.#waterfall.focus();
    else if (this.#session.detailsOpen) this.#session.setDetailsOpen(false);
    else if (this.#session.search !== '') this.#find.search('');
    this.#waterfall.focus();
  }
}
