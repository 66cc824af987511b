import type { ServerResponse } from 'node:http';
import { isError } from '../realms';

/**
 * Encodes a value as FC's built-in runtimes do: bytes as they are, objects as JSON, `undefined` and `null` as no bytes,
 * anything else as a string.
 */
function bytesOf(value: unknown): Buffer {
  if (value === undefined || value === null) return Buffer.alloc(0);
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return Buffer.from(typeof value === 'object' ? JSON.stringify(value) : String(value as string | number));
}

function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}

/** Encodes an error as FC's built-in runtimes do. */
function errorBody(error: unknown): Buffer {
  const known = isError(error) ? error : undefined;
  const report = {
    errorMessage: known === undefined ? textOf(error) : known.message,
    errorType: known === undefined ? 'FunctionHandledError' : known.name,
    ...(typeof known?.stack === 'string' && { stackTrace: known.stack.split('\n') }),
  };
  return Buffer.from(JSON.stringify(report));
}

function end(response: ServerResponse, status: 200 | 404, type: string, body: Buffer): void {
  response.statusCode = status;
  response.setHeader('content-type', type);
  response.setHeader('x-fc-status', String(status));
  response.end(body);
}

/**
 * Responds to an event call or a lifecycle hook as FC requires: with status 200 and the value, or 404 and the error.
 * Rejects only if the response cannot be written.
 */
export async function answerEvent(response: ServerResponse, work: () => Promise<unknown>): Promise<void> {
  response.on('error', () => {});
  try {
    const value = await work();
    end(response, 200, 'application/octet-stream', bytesOf(value));
  } catch (error) {
    end(response, 404, 'application/json', errorBody(error));
  }
}
