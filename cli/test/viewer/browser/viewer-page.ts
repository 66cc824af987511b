import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { TraceData } from '../../../src/viewer/model/span';
import { startViewer } from '../../../src/viewer/server';
import type { Viewer } from '../../../src/viewer/server';
import { startChromium } from './chromium';

/** A viewer with traces, and a browser that shows them. */
export class ViewerPage {
  readonly viewer: Viewer;
  readonly page: Page;
  /** What the page reported that it should not: errors, violations of its policy, requests to other places. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;

  private constructor(viewer: Viewer, browser: Browser, page: Page) {
    this.viewer = viewer;
    this.#browser = browser;
    this.page = page;
    // From now on no dialog of the system is opened. With the first listener of a test, it could be too late.
    page.on('filechooser', () => undefined);
    page.on('pageerror', (error) => this.complaints.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      if (!/^(http:\/\/127\.0\.0\.1:|data:|file:|blob:|about:)/.test(request.url())) {
        this.complaints.push(`request: ${request.url()}`);
      }
    });
  }

  /** Starts a viewer with the given traces, and a browser of the size of a laptop. */
  static async open(traces: readonly TraceData[], options: BrowserContextOptions = {}): Promise<ViewerPage> {
    const viewer = await startViewer();
    for (const trace of traces) viewer.add(trace);
    const browser = await startChromium();
    const context = await browser.newContext({
      viewport: { width: 1280, height: 760 },
      colorScheme: 'light',
      locale: 'en-US',
      timezoneId: 'Asia/Shanghai',
      reducedMotion: 'reduce',
      ...options,
    });
    return new ViewerPage(viewer, browser, await context.newPage());
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.viewer.close();
  }

  async showList(): Promise<void> {
    await this.page.goto(`${this.viewer.url}/#/`);
    await this.page.waitForSelector('.traces tbody tr');
  }

  async showTrace(traceId: string): Promise<void> {
    // The same address with another part after `#` would not load the page again.
    await this.page.goto('about:blank');
    await this.page.goto(this.viewer.tracesUrl(traceId));
    await this.page.waitForSelector('.row');
  }

  /** The texts of all elements that a selector names. */
  texts(selector: string): Promise<string[]> {
    return this.page.locator(selector).allInnerTexts();
  }

  /** The name of the selected span. */
  selected(): Promise<string> {
    return this.page.locator('.row[aria-selected="true"] .label').innerText();
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }
}
