import { randomUUID } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { isUtf8 } from 'node:buffer';
import { ACCOUNT_ID } from './context';
import { forwardedHeaders } from './fc-headers';

/** The event of an HTTP trigger of FC 3.0. `traceparent`, the one of FC's span, replaces the client's. */
export function httpEvent(request: IncomingMessage, body: Buffer, traceparent: string | undefined): Buffer {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const isText = isUtf8(body);
  const now = new Date();
  const host = request.headers.host ?? '';
  const headers = { ...forwardedHeaders(request.headers), ...(traceparent !== undefined && { traceparent }) };
  const query = [...new Set(url.searchParams.keys())].map((key) => [key, url.searchParams.getAll(key).join(',')]);
  return Buffer.from(
    JSON.stringify({
      version: 'v1',
      rawPath: url.pathname,
      body: body.toString(isText ? 'utf8' : 'base64'),
      isBase64Encoded: !isText,
      // In Go's canonical form, which FC uses.
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase()),
          String(value as string | string[]),
        ]),
      ),
      queryParameters: Object.fromEntries(query) as Record<string, string>,
      requestContext: {
        accountId: ACCOUNT_ID,
        domainName: host,
        domainPrefix: host.split('.')[0],
        http: {
          method: request.method,
          path: decodedPath(url.pathname),
          protocol: `HTTP/${request.httpVersion}`,
          sourceIp: '127.0.0.1',
          userAgent: request.headers['user-agent'] ?? '',
        },
        requestId: `1-${randomUUID()}`,
        time: now.toISOString(),
        timeEpoch: String(now.getTime()),
      },
    }),
  );
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * The HTTP response for the response of a function: the one that it describes, or else one with all of it as the body.
 */
export function httpResponse(response: Buffer): { status: number; headers: OutgoingHttpHeaders; body: Buffer } {
  try {
    const described = JSON.parse(response.toString()) as {
      statusCode?: unknown;
      headers?: OutgoingHttpHeaders;
      body?: string;
      isBase64Encoded?: boolean;
    } | null;
    if (typeof described === 'object' && described !== null && typeof described.statusCode === 'number') {
      const { statusCode, headers = {}, body = '', isBase64Encoded = false } = described;
      return { status: statusCode, headers, body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') };
    }
  } catch {
    // Not JSON, so it describes no response.
  }
  return { status: 200, headers: { 'content-type': 'application/json' }, body: response };
}
