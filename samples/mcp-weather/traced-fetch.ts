import { traceHeaders } from 'fc-traced';

/** `fetch`, for the transports of the SDK: each request says in its headers to which trace it belongs. */
export function tracedFetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(traceHeaders())) headers.set(name, value);
  return fetch(url, { ...init, headers });
}
