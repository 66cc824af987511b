import { Traced } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

class Client {
  @Traced()
  call(_options: unknown, error: unknown): never {
    throw error;
  }
  @Traced()
  async load(_options: unknown, work: () => Promise<unknown>): Promise<unknown> {
    return work();
  }
}
const client = new Client();

function outcome(): string {
  const [span] = traces.spans();
  return [span!.status.code, ...span!.events.map(({ name }) => name)].join(' ');
}
const CANCELLED = 'UNSET fc_traced.cancelled';
const FAILED = 'ERROR exception';

function aborted(reason?: unknown): AbortSignal {
  const controller = new AbortController();
  controller.abort(reason);
  return controller.signal;
}
const named = (name: string, more: object = {}): Error => Object.assign(new Error('stopped'), { name }, more);
class APIUserAbortError extends Error {}
class OrderCanceled extends Error {}
class Timeout extends Error {
  override name = 'TimeoutError';
}
const timedOut = (): AbortSignal => aborted(new DOMException('slow', 'TimeoutError'));
const caused = (cause: unknown, depth: number): Error =>
  new Error(`level ${depth}`, { cause: depth === 0 ? cause : caused(cause, depth - 1) });

test.each<[string, unknown, unknown]>([
  ['axios', { signal: aborted() }, named('CanceledError', { code: 'ERR_CANCELED' })],
  [
    'older axios',
    { cancelToken: { reason: named('Cancel'), throwIfRequested() {} } },
    named('Cancel', { __CANCEL__: true }),
  ],
  ['openai, whose errors have no name', { signal: aborted() }, new APIUserAbortError('Request was aborted.')],
  ['undici', { signal: aborted() }, named('RequestAbortedError', { code: 'UND_ERR_ABORTED' })],
  ['got', { signal: aborted() }, named('Error', { code: 'ERR_ABORTED' })],
  ['execa', { cancelSignal: aborted() }, named('ExecaError', { isCanceled: true })],
  ['PostgreSQL', aborted(), named('error', { code: '57014' })],
  ['vscode', { isCancellationRequested: true, onCancellationRequested() {} }, named('Canceled')],
  ['a time limit as signal', timedOut(), new DOMException('slow', 'TimeoutError')],
  ['a copy of the error of a time limit', { signal: timedOut() }, new Timeout()],
  ['any of several signals', AbortSignal.any([new AbortController().signal, timedOut()]), new Timeout()],
  ['a cause two deep', aborted('enough'), caused('enough', 2)],
  ['a cause five deep', aborted(), caused(new DOMException('x', 'AbortError'), 5)],
  ['all errors of Promise.any', aborted(), new AggregateError([named('AbortError'), caused(named('AbortError'), 1)])],
  ['options in options', { request: { options: { signal: aborted() } } }, named('AbortError')],
  ['a signal in a list', [[aborted()]], named('AbortError')],
  ['a Request', new Request('http://localhost/', { signal: aborted() }), named('AbortError')],
  ['an AbortController', Object.assign(new AbortController(), { abort() {} }), undefined],
])('a call that the caller cancelled has not failed: %s', (name, options, error) => {
  if (name === 'an AbortController') AbortController.prototype.abort.call(options);
  expect(() => client.call(options, error ?? named('AbortError'))).toThrow();
  expect(outcome()).toBe(CANCELLED);
});

test.each<[string, unknown, unknown]>([
  ['an error of the program while the signal is aborted', { signal: aborted() }, new TypeError('a bug')],
  ['an error that only sounds alike', { signal: aborted() }, new OrderCanceled('order 7')],
  ['a time limit of the program while the caller stopped', { signal: aborted('enough') }, new Timeout()],
  ['one of the errors of Promise.any', aborted(), new AggregateError([named('AbortError'), new TypeError('a bug')])],
  ['no errors in an AggregateError', aborted(), new AggregateError([])],
  ['a cancellation without a signal', { signal: new AbortController().signal }, named('CanceledError')],
  ['a token that nobody used', { cancelToken: { throwIfRequested() {} } }, named('Cancel')],
  ['causes in a circle', aborted(), ((error) => Object.assign(error, { cause: error }))(new Error('round'))],
])('a call has failed with %s', (_, options, error) => {
  expect(() => client.call(options, error)).toThrow();
  expect(outcome()).toBe(FAILED);
});

test('a fetch that AbortSignal.timeout() stops is cancelled', async () => {
  const wait = (signal: AbortSignal): Promise<unknown> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  const signal = AbortSignal.timeout(5);
  await expect(client.load({ signal }, () => wait(signal))).rejects.toThrow('timeout');
  expect(outcome()).toBe(CANCELLED);
});
