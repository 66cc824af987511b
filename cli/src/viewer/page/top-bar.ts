import { button, fill, h } from './dom';
import { t } from './preferences';
import type { Route } from './routes';

interface TopBarEvents {
  onHelp(): void;
  onTheme(): void;
  onLanguage(): void;
}

const NOTICE_MS = 8_000;

/** The bar at the top of the page. */
export class TopBar {
  readonly element = h('nav', { class: 'top-bar', aria: { label: 'fc-traced' } });
  readonly #isServer: boolean;
  readonly #events: TopBarEvents;
  readonly #connection = h('span', { class: 'live', role: 'status' });
  readonly #notice = h('span', { class: 'notice error', role: 'alert' });

  constructor(isServer: boolean, events: TopBarEvents) {
    this.#isServer = isServer;
    this.#events = events;
  }

  show(route: Route, marked: number): void {
    fill(
      this.element,
      h('a', { class: 'brand', href: '#/' }, h('b', {}, 'fc-traced')),
      route.page !== 'list' && h('a', { class: 'back', href: '#/' }, `← ${t('back')}`),
      marked === 1 && h('span', { class: 'badge' }, t('compareHint', { name: '1' })),
      h('span', { class: 'space' }),
      this.#notice,
      this.#isServer && this.#connection,
      button(t('language'), () => this.#events.onLanguage(), { class: 'quiet', title: 'L' }),
      button('◐', () => this.#events.onTheme(), {
        class: 'icon',
        title: `${t('theme')} (d)`,
        aria: { label: t('theme') },
      }),
      button('?', () => this.#events.onHelp(), { class: 'icon', title: t('help'), aria: { label: t('help') } }),
    );
    if (this.#connection.textContent !== '') this.showConnection(!this.#connection.classList.contains('off'));
  }

  showConnection(connected: boolean): void {
    this.#connection.textContent = connected ? t('live') : t('disconnected');
    this.#connection.classList.toggle('off', !connected);
  }

  /** Shows a text for some seconds. */
  showNotice(text: string): void {
    this.#notice.textContent = text;
    setTimeout(() => (this.#notice.textContent = ''), NOTICE_MS);
  }
}
