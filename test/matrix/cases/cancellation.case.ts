import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { check, events, span } from '../check';

class Client {
  @Traced()
  async fetch(signal: AbortSignal): Promise<void> {
    await delay(1_000, undefined, { signal });
  }

  @Traced()
  async get(url: string, { signal }: { signal: AbortSignal }): Promise<void> {
    signal.throwIfAborted();
    assert.fail(url);
  }

  @Traced()
  async other(signal: AbortSignal): Promise<void> {
    assert.ok(signal.aborted);
    throw new RangeError('unrelated');
  }
}

check('a call that is aborted by its signal rejects and is cancelled, not failed', async () => {
  const controller = new AbortController();
  const promise = new Client().fetch(controller.signal);
  controller.abort();
  await assert.rejects(promise, { name: 'AbortError' });
  assert.deepEqual([span('Client.fetch').status.code, events('Client.fetch')], ['UNSET', ['fc_traced.cancelled']]);
});

check('a signal in an options object is detected, with any reason', async () => {
  await assert.rejects(new Client().get('/', { signal: AbortSignal.abort('enough') }), (reason) => reason === 'enough');
  assert.deepEqual([span('Client.get').status.code, events('Client.get')], ['UNSET', ['fc_traced.cancelled']]);
});

check('an error that is unrelated to the aborted signal marks the span as failed', async () => {
  await assert.rejects(new Client().other(AbortSignal.abort()), { message: 'unrelated' });
  assert.equal(span('Client.other').status.code, 'ERROR');
});
