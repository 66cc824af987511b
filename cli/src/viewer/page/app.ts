import { buildTrace } from '../model/trace-model';
import type { TraceModel } from '../model/trace-model';
import { listenForCommands } from './commands';
import type { CommandHandlers } from './commands';
import { CompareView } from './compare-view';
import { fill, h } from './dom';
import { FileSource } from './file-source';
import { closeHelp, toggleHelp } from './help-dialog';
import { chooseFile, listenForDrops } from './import-file';
import { ListView } from './list-view';
import { t, toggleLanguage, toggleTheme } from './preferences';
import { hashOf, parseRoute } from './routes';
import type { Route } from './routes';
import { TopBar } from './top-bar';
import { initialListState } from './trace-list-filter';
import { TraceSession } from './trace-session';
import type { SourceChange, TraceSource } from './trace-source';
import { TraceView } from './trace-view';
import type { View } from './view';

// Spans of an open trace arrive in several requests; the trace is loaded again once for them.
const RELOAD_DELAY_MS = 250;

/** The page: shows the view that belongs to the address, and keeps it up to date. */
export class App {
  readonly #source: TraceSource;
  readonly #bar: TopBar;
  readonly #place = h('div', { class: 'place' });
  readonly #listState = initialListState();
  #sessions = new Map<string, TraceSession>();
  #marked: string[] = [];
  #view: View | undefined;
  #opened = 0;
  #reloading = false;
  #wasDisconnected = false;

  constructor(source: TraceSource) {
    this.#source = source;
    this.#bar = new TopBar(source.isServer, {
      onHelp: toggleHelp,
      onTheme: () => this.#changeTheme(),
      onLanguage: () => this.#changeLanguage(),
    });
  }

  start(): void {
    document.body.append(this.#bar.element, this.#place);
    addEventListener('hashchange', () => void this.#open());
    listenForCommands(() => [this.#view?.commands ?? {}, this.#globalCommands()]);
    listenForDrops((file) => void this.#import(file));
    this.#source.subscribe(
      (change) => this.#changed(change),
      (connected) => this.#connected(connected),
    );
    const [only, ...others] = this.#source instanceof FileSource ? this.#source.traceIds() : [];
    if (location.hash === '' && only !== undefined && others.length === 0) {
      location.replace(hashOf({ page: 'trace', traceId: only }));
    } else void this.#open();
  }

  #globalCommands(): CommandHandlers {
    return {
      help: toggleHelp,
      list: () => void (location.hash = hashOf({ page: 'list' })),
      theme: () => this.#changeTheme(),
      language: () => this.#changeLanguage(),
    };
  }

  #changeTheme(): void {
    toggleTheme();
    this.#view?.restyled?.();
  }

  #changeLanguage(): void {
    toggleLanguage();
    void this.#open();
  }

  /** Shows the view of the address. */
  async #open(): Promise<void> {
    const opened = (this.#opened += 1);
    const route = parseRoute(location.hash);
    const view = await this.#viewOf(route).catch((error: unknown) => this.#message(String(error)));
    // Another address may have been opened in the meantime.
    if (opened !== this.#opened) return;
    closeHelp();
    this.#view?.closed?.();
    this.#view = view;
    document.title = `${view.title} · fc-traced`;
    this.#bar.show(route, this.#marked.length);
    fill(this.#place, view.element);
    view.shown?.();
  }

  async #viewOf(route: Route): Promise<View> {
    if (route.page === 'trace') return this.#traceView(route);
    if (route.page === 'list') return this.#listView();
    const [before, after] = await Promise.all([this.#load(route.before), this.#load(route.after)]);
    return before === undefined || after === undefined ? this.#message(t('noTrace')) : new CompareView(before, after);
  }

  #listView(): View {
    return new ListView({
      source: this.#source,
      state: this.#listState,
      marked: this.#marked,
      onMark: (traceId) => this.#mark(traceId),
      onImport: () => chooseFile((file) => void this.#import(file)),
    });
  }

  async #traceView({ traceId, spanId }: Route & { page: 'trace' }): Promise<View> {
    const [trace, linking] = await Promise.all([this.#load(traceId), this.#source.linkedFrom(traceId)]);
    if (trace === undefined) return this.#message(t('noTrace'));
    const session = this.#sessions.get(traceId) ?? new TraceSession(trace);
    if (session.trace !== trace) session.replaceTrace(trace);
    this.#sessions = new Map([[traceId, session]]);
    const wanted = spanId === undefined ? undefined : trace.nodes.find(({ span }) => span.spanId === spanId);
    if (wanted !== undefined) {
      session.select(wanted);
      session.detailsOpen = true;
    }
    // Errors first: an open trace shows its first error.
    else if (session.selected === undefined) session.select(deepestError(trace) ?? trace.nodes[0]);
    const context = { isServer: this.#source.isServer, linking, onMark: () => this.#mark(traceId) };
    return new TraceView(session, context);
  }

  #message(text: string): View {
    const back = h('a', { href: '#/' }, t('back'));
    return { element: h('main', { class: 'message' }, h('p', {}, text), back), title: t('trace'), commands: {} };
  }

  async #load(traceId: string): Promise<TraceModel | undefined> {
    const data = await this.#source.trace(traceId);
    return data === undefined || data.spans.length === 0 ? undefined : buildTrace(data);
  }

  #mark(traceId: string): void {
    const marked = this.#marked.includes(traceId)
      ? this.#marked.filter((one) => one !== traceId)
      : [...this.#marked, traceId].slice(-2);
    this.#marked = marked;
    const [before, after] = marked;
    if (before !== undefined && after !== undefined) location.hash = hashOf({ page: 'compare', before, after });
    else if (parseRoute(location.hash).page === 'trace' && marked.length > 0) location.hash = '#/';
    else void this.#open();
  }

  #connected(connected: boolean): void {
    this.#bar.showConnection(connected);
    // What arrived while there was no connection is not reported again.
    if (connected && this.#wasDisconnected) void this.#open();
    this.#wasDisconnected = !connected;
  }

  #changed(change: SourceChange): void {
    this.#view?.changed?.(change);
    const route = parseRoute(location.hash);
    if (route.page !== 'trace' || !change.changed.some(({ traceId }) => traceId === route.traceId)) return;
    if (this.#reloading) return;
    this.#reloading = true;
    setTimeout(() => void this.#reloadTrace(route.traceId), RELOAD_DELAY_MS);
  }

  async #reloadTrace(traceId: string): Promise<void> {
    this.#reloading = false;
    const session = this.#sessions.get(traceId);
    // A trace that could not be shown before may have arrived now.
    if (session === undefined) return this.#open();
    const trace = await this.#load(traceId);
    if (trace !== undefined) session.replaceTrace(trace);
  }

  async #import(file: File): Promise<void> {
    try {
      const traceIds = await this.#source.importText(await file.text());
      const [only] = traceIds;
      if (only === undefined) throw new Error('no spans');
      location.hash = traceIds.length === 1 ? hashOf({ page: 'trace', traceId: only }) : '#/';
      if (traceIds.length > 1) void this.#open();
    } catch (error) {
      this.#bar.showNotice(t('importFailed', { reason: error instanceof Error ? error.message : '' }));
    }
  }
}

function deepestError(trace: TraceModel): TraceModel['nodes'][number] | undefined {
  const first = trace.nodes.find(({ error }) => error);
  let node = first;
  for (let below = first; below !== undefined; below = below.children.find(({ error }) => error)) node = below;
  return node;
}
