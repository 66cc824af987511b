import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import vm from 'node:vm';
import { createHandler } from 'fc-traced';
import { invoke } from 'fc-traced/testing';
import { answerEvent } from '../../src/server/answer-event';

test('an error of another realm is answered as an error at /invoke, and what is no error as what it is', async () => {
  const thrown: unknown[] = [
    vm.runInNewContext('new TypeError("over there")'),
    new DOMException('gone', 'AbortError'),
    'text',
  ];
  const server = createServer((_request, response) => void answerEvent(response, () => Promise.reject(thrown.shift())));
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/invoke`;
  const answers: unknown[] = [];
  for (let call = 0; call < 3; call += 1) answers.push(await (await fetch(url, { method: 'POST' })).json());
  await new Promise((resolve) => server.close(resolve));
  expect(answers).toMatchObject([
    { errorMessage: 'over there', errorType: 'TypeError', stackTrace: expect.any(Array) },
    { errorMessage: 'gone', errorType: 'AbortError' },
    { errorMessage: 'text', errorType: 'FunctionHandledError' },
  ]);
});

test('bytes of another realm are decoded as an event', async () => {
  let seen: unknown;
  class Work {
    handle(event: unknown): void {
      seen = event;
    }
  }
  const { handler } = createHandler(Work);
  const bytes = vm.runInNewContext('Uint8Array.from([123, 34, 97, 34, 58, 49, 125])') as Uint8Array;
  await invoke(handler, bytes);
  expect(seen).toEqual({ a: 1 });
});
