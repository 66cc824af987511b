import { randomUUID } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { isUtf8 } from 'node:buffer';
import { throughHeaders } from './fc-headers';

/** The event of an HTTP trigger of FC 3.0. With `traceparent`, that of FC's span stands where the client's stood. */
export function httpEvent(request: IncomingMessage, body: Buffer, traceparent: string | undefined): Buffer {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const isText = isUtf8(body);
  const now = new Date();
  const host = request.headers.host ?? '';
  const headers = { ...throughHeaders(request.headers), ...(traceparent !== undefined && { traceparent }) };
  const query = [...new Set(url.searchParams.keys())].map((key) => [key, url.searchParams.getAll(key).join(',')]);
  return Buffer.from(
    JSON.stringify({
      version: 'v1',
      rawPath: url.pathname,
      body: body.toString(isText ? 'utf8' : 'base64'),
      isBase64Encoded: !isText,
      // As Go writes them, which FC's front does.
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase()),
          String(value as string | string[]),
        ]),
      ),
      queryParameters: Object.fromEntries(query) as Record<string, string>,
      requestContext: {
        accountId: '1234567890123456',
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

/** What a client gets for a function's answer: the response that it describes, or else all of it as the body. */
export function httpResponse(answer: Buffer): { status: number; headers: OutgoingHttpHeaders; body: Buffer } {
  try {
    const described = JSON.parse(answer.toString()) as {
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
    // A text, then.
  }
  return { status: 200, headers: { 'content-type': 'application/json' }, body: answer };
}
