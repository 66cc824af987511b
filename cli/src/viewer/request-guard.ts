import type { IncomingMessage } from 'node:http';

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

function hostnameOf(host: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[^:[\]/@\\]+)(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase();
}

/**
 * Why a request must be refused; `undefined` if it may be answered. A web page of another site can make a browser send
 * requests to the loopback interface: with a name of its own that resolves to it (DNS rebinding), or with a form or
 * `fetch`. The first has that name as `Host`. The second has `Origin`, which programs do not send.
 */
export function refusalOf(request: IncomingMessage): string | undefined {
  const host = request.headers.host ?? '';
  const hostname = hostnameOf(host);
  if (hostname === undefined || !LOOPBACK_NAMES.has(hostname)) {
    return 'the Host header must be 127.0.0.1, localhost or [::1]';
  }
  const { origin } = request.headers;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return 'requests of other web pages are refused';
  }
  const site = request.headers['sec-fetch-site'];
  const isNavigation = request.headers['sec-fetch-mode'] === 'navigate' && request.method === 'GET';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isNavigation) {
    return 'requests of other web pages are refused';
  }
  return undefined;
}

/** The headers of all responses. They forbid the page everything that it does not need. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
