import type { ServerResponse } from 'node:http';

/** A value as FC's own runtimes send it: bytes as they are, texts, numbers and truth values as text, objects as JSON, nothing as nothing. */
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

/** An error as FC's own runtimes report it. */
function errorBody(error: unknown): Buffer {
  const isError = error instanceof Error;
  const report = {
    errorMessage: isError ? error.message : textOf(error),
    errorType: isError ? error.name : 'FunctionHandledError',
    ...(isError && typeof error.stack === 'string' && { stackTrace: error.stack.split('\n') }),
  };
  return Buffer.from(JSON.stringify(report));
}

function end(response: ServerResponse, status: 200 | 404, type: string, body: Buffer): void {
  response.statusCode = status;
  response.setHeader('content-type', type);
  response.setHeader('x-fc-status', String(status));
  response.end(body);
}

/** Answers an event call or a lifecycle hook: 200 with the value, or 404 with the error, as FC asks of a custom runtime. Never rejects. */
export async function answerEvent(response: ServerResponse, work: () => Promise<unknown>): Promise<void> {
  response.on('error', () => {});
  try {
    const value = await work();
    end(response, 200, 'application/octet-stream', bytesOf(value));
  } catch (error) {
    end(response, 404, 'application/json', errorBody(error));
  }
}
