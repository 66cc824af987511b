import type { Browser, Page } from 'playwright-core';
import { startChromium } from '../../cli/test/viewer/browser/chromium';
import { serveSite } from './site-server';

/** A browser that shows the site. */
export class SitePage {
  /** What the pages did that they should not: errors, and requests to other places. */
  readonly complaints: string[] = [];

  private constructor(
    readonly url: string,
    readonly page: Page,
    private readonly browser: Browser,
    private readonly stopServer: () => Promise<void>,
  ) {
    page.on('pageerror', (error) => this.complaints.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        this.complaints.push(`${page.url()}: ${message.text()}`);
      }
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !/^(?:data|blob|about):/.test(request.url())) {
        this.complaints.push(`${page.url()}: a request to ${request.url()}`);
      }
    });
  }

  /** Serves the site, and starts a browser. */
  static async open(): Promise<SitePage> {
    const { url, close } = await serveSite();
    const browser = await startChromium();
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      colorScheme: 'light',
      locale: 'en-US',
      reducedMotion: 'reduce',
    });
    return new SitePage(url, await context.newPage(), browser, close);
  }

  async show(path: string): Promise<void> {
    await this.page.goto(`${this.url}${path}`);
    // The theme has taken over the page.
    await this.page.waitForFunction('document.querySelector("#app")?.__vue_app__ !== undefined');
  }

  /** Returns how many pixels the page is wider than the window, and what is too wide. */
  async overflow(): Promise<{ readonly pixels: number; readonly by: readonly string[] }> {
    return (await this.page.evaluate(`(() => {
      const width = document.documentElement.clientWidth;
      const pixels = document.documentElement.scrollWidth - width;
      const wide = pixels <= 0 ? [] : [...document.querySelectorAll('main *')]
        .filter((element) => element.getBoundingClientRect().right > width + 1);
      return { pixels, by: wide.slice(0, 3).map((element) => element.outerHTML.slice(0, 120)) };
    })()`)) as { pixels: number; by: string[] };
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.stopServer();
  }
}
