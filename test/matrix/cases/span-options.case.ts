import { SpanKind } from '@opentelemetry/api';
import { Annotate, annotate, startSpan, Traced, traced } from 'fc-traced';
import type { SpanContext } from 'fc-traced';
import assert from 'node:assert/strict';
import { check, ended, invocation, mark, span, traces, tree } from '../check';

const PRODUCER: SpanContext = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
};

class Mail {
  @Traced({ kind: 'client' })
  named(): void {}

  @Traced({ kind: SpanKind.PRODUCER })
  numbered(): void {}

  @Traced({ root: true })
  nightly(): void {
    mark('inside');
  }

  @Traced({ links: (messages) => messages.map(({ context }) => context) })
  batch(messages: readonly { readonly context: SpanContext }[]): number {
    return messages.length;
  }

  @Traced({
    links: () => {
      throw new Error('bad links');
    },
  })
  faulty(): number {
    return 1;
  }

  @Traced()
  send(): void {
    this.note('a');
    annotate({ mail: { size: 3 } });
  }

  @Annotate({ attributes: (to) => ({ to }), resultAttributes: (id) => ({ id }) })
  note(to: string): number {
    return to.length;
  }

  @Annotate({ resultAttributes: (id) => ({ id }) })
  async noteLater(): Promise<number> {
    return 9;
  }
}

check('the span has the kind of the option, set by name or by number', () => {
  new Mail().named();
  new Mail().numbered();
  assert.deepEqual([span('Mail.named').kind, span('Mail.numbered').kind], ['client', 'producer']);
});

check('root: true starts a new trace that is linked to the caller', async () => {
  await invocation(() => new Mail().nightly());
  assert.equal(traces.traces().length, 2);
  const [own, caller] = [span('Mail.nightly'), span('invocation')];
  assert.notEqual(own.traceId, caller.traceId);
  assert.equal(own.parentSpanId, undefined);
  assert.deepEqual(
    own.links.map(({ traceId, spanId }) => [traceId, spanId]),
    [[caller.traceId, caller.spanId]],
  );
  assert.equal(span('inside').traceId, own.traceId);
});

check('links are created from the arguments', () => {
  assert.equal(new Mail().batch([{ context: PRODUCER }]), 1);
  assert.deepEqual(
    span('Mail.batch').links.map(({ traceId }) => traceId),
    [PRODUCER.traceId],
  );
});

check('an error of the option links does not affect the call', () => {
  assert.equal(new Mail().faulty(), 1);
  assert.deepEqual(span('Mail.faulty').links, []);
});

check('annotate and @Annotate add attributes to the active span and start no span', () => {
  new Mail().send();
  assert.deepEqual(ended(), ['Mail.send']);
  assert.deepEqual(span('Mail.send').attributes, { to: 'a', id: 1, 'mail.size': 3 });
});

check('@Annotate adds attributes of the awaited value, which stays the same', async () => {
  const outer = traced(async () => new Mail().noteLater(), 'outer');
  assert.equal(await outer(), 9);
  assert.equal(span('outer').attributes.id, 9);
});

check('outside of any span, annotate and @Annotate do nothing', () => {
  annotate({ lost: true });
  assert.equal(new Mail().note('b'), 1);
  assert.deepEqual(ended(), []);
});

check('traced() traces functions, generators and async functions like @Traced', async () => {
  const add = traced((a: number, b: number) => a + b, {
    name: 'add',
    attributes: (a, b) => ({ a, b }),
    resultAttributes: (sum) => ({ sum }),
  });
  assert.equal(add(1, 2), 3);
  assert.deepEqual(span('add').attributes, { a: 1, b: 2, sum: 3 });
  const count = traced(function* count(): Generator<number> {
    mark('step');
    yield 1;
  });
  assert.deepEqual([...count()], [1]);
  assert.equal(span('step').parentSpanId, span('count').spanId);
  await traced(async function later(): Promise<void> {})();
  assert.equal(ended().at(-1), 'later');
});

check('using ends a span at the end of its block, also at an error', () => {
  assert.throws(
    () => {
      using block = startSpan('block', { attributes: { a: 1 } });
      block.addEvent('started');
      throw new Error('left');
    },
    { message: 'left' },
  );
  tree('block');
  assert.equal(span('block').attributes.a, 1);
});
