import { traceHeaders } from 'fc-traced';

/** A `fetch` for the transports of the SDK that adds the headers of the current trace to each request. */
export function tracedFetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(traceHeaders())) headers.set(name, value);
  return fetch(url, { ...init, headers });
}
