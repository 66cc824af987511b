import { isUtf8 } from 'node:buffer';
import type { FcContext } from '../fc/context';
import { httpEventOf, queryOfTarget } from '../fc/http-event';
import type { Fc2Request, Fc2Response, HttpEvent } from '../fc/http-event';
import { bodySourceOf, collect } from '../http/body';
import { CollectingSink, withWholeBody } from '../http/fc-answer';
import { readText } from '../safe-access';
import type { Entry } from './entries';
import type { FunctionInstance } from './function-instance';

async function bodyOf(request: Fc2Request): Promise<Buffer> {
  if (Buffer.isBuffer(request.body)) return request.body;
  const source = bodySourceOf(request);
  return source === undefined ? Buffer.alloc(0) : collect(source);
}

function targetOf(request: Fc2Request): string {
  const url = readText(request, 'url') ?? '/';
  const path = readText(request, 'path')?.replaceAll('?', '%3F');
  return path === undefined ? url : `${path}?${queryOfTarget(url)}`;
}

async function eventOf(request: Fc2Request, context: FcContext): Promise<HttpEvent> {
  const bytes = await bodyOf(request);
  const isText = isUtf8(bytes);
  const parts = {
    method: readText(request, 'method') ?? 'GET',
    target: targetOf(request),
    headers: request.headers,
    sourceIp: readText(request, 'clientIP'),
    requestId: readText(context, 'requestId'),
    accountId: readText(context, 'accountId'),
  };
  return { ...httpEventOf(parts), isBase64Encoded: !isText, body: bytes.toString(isText ? 'utf8' : 'base64') };
}

/**
 * Handles an HTTP request in the format of FC 2.0. The entry method gets an event in the format of FC 3.0. Its response
 * is sent after the spans are exported.
 */
export async function respondFc2(
  instance: FunctionInstance,
  entry: Entry,
  request: Fc2Request,
  response: Fc2Response,
  context: FcContext,
): Promise<void> {
  const sink = new CollectingSink(withWholeBody);
  await instance.respond(entry, instance.httpEvent(await eventOf(request, context)), context, sink, {
    url: { query: queryOfTarget(targetOf(request)) },
  });
  const { statusCode, headers, body } = sink.response ?? {
    statusCode: 500,
    headers: new Map<string, string>(),
    body: Buffer.alloc(0),
  };
  response.setStatusCode(statusCode);
  for (const [name, value] of headers) response.setHeader(name, value);
  response.send(body);
}
