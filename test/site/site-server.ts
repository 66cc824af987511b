import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

/** The site as `npm run docs` builds it. */
export const built = path.join(__dirname, '..', '..', 'docs', '.vitepress', 'dist');

/** `.ci/run` sets this after it has built the site. `npm test` skips these tests. */
export const siteRequired = process.env['FC_TRACED_REQUIRE_SITE'] === '1';

export const siteInstructions = 'not tested: the documentation site. .ci/run builds it, and runs these tests';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** The pages of the site, as paths such as `/traced.html`. */
export function pagesOfSite(): string[] {
  return readdirSync(built, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html') && file !== '404.html')
    .map((file) => `/${file.replaceAll(path.sep, '/')}`)
    .sort();
}

/** Returns the file of the site that a path of a URL names. */
export function fileOf(pathname: string): string {
  const file = path.join(built, decodeURIComponent(pathname));
  return pathname.endsWith('/') ? path.join(file, 'index.html') : file;
}

/** Serves the site on the loopback interface, as any server of static files does. */
export async function serveSite(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const file = fileOf(new URL(request.url ?? '/', 'http://127.0.0.1').pathname);
    const found = existsSync(file);
    response.writeHead(found ? 200 : 404, { 'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream' });
    response.end(readFileSync(found ? file : path.join(built, '404.html')));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
