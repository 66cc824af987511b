import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const unzip = promisify(gunzip);

/** No exporter of ours sends more than a few megabytes at once; more than this is refused. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Reads a request to its end and undoes `content-encoding: gzip`. Rejects when it is too large, cut off or not gzip. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new RangeError('the request body is too large');
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? unzip(body, { maxOutputLength: MAX_BODY_BYTES }) : body;
}
