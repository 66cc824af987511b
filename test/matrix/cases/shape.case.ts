import assert from 'node:assert/strict';
import { Annotate, annotate, startSpan, Traced, traced } from 'fc-traced';
import type { SpanContext } from 'fc-traced';
import { SpanKind } from '@opentelemetry/api';
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
  careless(): number {
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

check('kind, by name or by number, is the kind of the span', () => {
  new Mail().named();
  new Mail().numbered();
  assert.deepEqual([span('Mail.named').kind, span('Mail.numbered').kind], ['client', 'producer']);
});

check('root: true starts a trace of its own that links back to the caller', async () => {
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

check('links are made from the arguments', () => {
  assert.equal(new Mail().batch([{ context: PRODUCER }]), 1);
  assert.deepEqual(
    span('Mail.batch').links.map(({ traceId }) => traceId),
    [PRODUCER.traceId],
  );
});

check('links that throw leave the call alone', () => {
  assert.equal(new Mail().careless(), 1);
  assert.deepEqual(span('Mail.careless').links, []);
});

check('annotate and @Annotate put attributes on the active span, without one of their own', () => {
  new Mail().send();
  assert.deepEqual(ended(), ['Mail.send']);
  assert.deepEqual(span('Mail.send').attributes, { to: 'a', id: 1, 'mail.size': 3 });
});

check('@Annotate sees what a promise gave, which comes out as it was', async () => {
  const outer = traced(async () => new Mail().noteLater(), 'outer');
  assert.equal(await outer(), 9);
  assert.equal(span('outer').attributes.id, 9);
});

check('outside of any span annotate and @Annotate do nothing', () => {
  annotate({ lost: true });
  assert.equal(new Mail().note('b'), 1);
  assert.deepEqual(ended(), []);
});

check('traced() makes spans of a plain function, of every kind that @Traced does', async () => {
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

check('using ends a span at the end of its block, also where an error leaves it', () => {
  assert.throws(
    () => {
      using stretch = startSpan('stretch', { attributes: { a: 1 } });
      stretch.addEvent('on the way');
      throw new Error('left');
    },
    { message: 'left' },
  );
  tree('stretch');
  assert.equal(span('stretch').attributes.a, 1);
});
