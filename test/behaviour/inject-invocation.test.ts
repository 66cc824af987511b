import {
  createHandler,
  currentSpan,
  FcTracedError,
  Handler,
  InjectContext,
  InjectEvent,
  InjectSpan,
  Service,
  Traced,
} from 'fc-traced';
import type { FcContext, Span } from 'fc-traced';
import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { setTimeout as pause } from 'node:timers/promises';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

test('a class gets the context object of FC and the decoded event of its invocation', async () => {
  @Service()
  class Uses {
    constructor(
      @InjectContext() readonly context: FcContext,
      @InjectEvent() readonly event: unknown,
    ) {}
  }
  @Handler()
  class Given {
    constructor(
      readonly uses: Uses,
      @InjectContext() readonly context: FcContext,
      @InjectEvent() readonly event: unknown,
    ) {}
    handle(event: unknown, context: FcContext): boolean[] {
      return [this.context, this.uses.context]
        .map((one) => one === context)
        .concat([this.event, this.uses.event].map((one) => one === event));
    }
  }
  const { handler } = createHandler(Given);
  expect(await invoke(handler, { id: 7 })).toEqual([true, true, true, true]);
  expect(await invoke(handler)).toEqual([true, true, true, true]);
  expect(await invoke(handler, 'null')).toEqual([true, true, true, true]);
});

@Service({ scope: 'singleton' })
class Single {
  constructor(
    @InjectContext() readonly context: FcContext,
    @InjectEvent() readonly event: { id: number; tags?: string[] },
    @InjectSpan() readonly span: Span,
  ) {}
  @Traced()
  async read(): Promise<unknown> {
    await pause(this.event.id % 3);
    this.span.setAttribute('seen', this.event.id);
    return [
      this.context.requestId,
      this.event.id,
      'tags' in this.event,
      Object.keys(this.event),
      JSON.stringify(this.event),
    ];
  }
}
@Handler({ name: 'singles' })
class UsesSingle {
  constructor(readonly single: Single) {}
  handle(): unknown {
    return this.single.read();
  }
}

test('in a singleton, they are those of the active invocation, also with concurrent invocations', async () => {
  const { handler, initialize } = createHandler(UsesSingle);
  await initialize(fakeFcContext());
  const ids = [1, 2, 3, 4, 5];
  const answers = await Promise.all(ids.map((id) => invoke(handler, { id }, fakeFcContext({ requestId: `r${id}` }))));
  expect(answers).toEqual(ids.map((id) => [`r${id}`, id, false, ['id'], `{"id":${id}}`]));
  for (const trace of traces.traces()) {
    const id = Number((trace.roots[0]!.span.attributes['faas.invocation_id'] as string).slice(1));
    expectTrace(trace).toMatchTree({
      name: 'singles',
      attributes: { seen: undefined },
      children: [{ name: 'Single.read', attributes: { seen: id } }],
    });
  }
});

test('in a singleton, they throw outside of any invocation', async () => {
  let single!: Single;
  @Handler()
  class Takes {
    constructor(given: Single) {
      single = given;
    }
    handle(): void {}
  }
  await invoke(createHandler(Takes).handler, { id: 1 });
  const message = (what: string): string =>
    `A singleton used ${what} while no invocation was running: use it during a call, or inject it into a class that is not a singleton. [NO_INVOCATION]`;
  expect(() => single.context.requestId).toThrow(
    new FcTracedError('NO_INVOCATION', message('FC_CONTEXT').slice(0, -16)),
  );
  expect(() => single.event.id).toThrow(message('FC_EVENT'));
  expect(single.span.isRecording()).toBe(false);
});

test('in a singleton, an event that is not an object throws when it is used', async () => {
  const { handler } = createHandler(UsesSingle);
  await expect(invoke(handler, '42')).rejects.toThrow(
    'A singleton used FC_EVENT, which is of type number in this invocation: a singleton can use it only if it is an object. Use the argument of the entry method instead. [NO_INVOCATION]',
  );
});

test('a singleton that changes the event through its proxy changes the event itself', async () => {
  @Handler()
  class Changes {
    constructor(readonly single: Single) {}
    handle(event: { id: number }): unknown {
      (this.single.event as { id: number }).id = 8;
      return event;
    }
  }
  expect(await invoke(createHandler(Changes).handler, { id: 7 })).toEqual({ id: 8 });
});

test('the injected span is the span that is active when it is used: the invocation span, or that of the traced method', async () => {
  @Service()
  class Inner {
    constructor(@InjectSpan() readonly span: Span) {}
    @Traced()
    work(): boolean {
      this.span.setAttributes({ where: 'inner' }).addEvent('worked').end();
      return this.span.isRecording() && this.span.spanContext().spanId === currentSpan().spanContext().spanId;
    }
  }
  @Handler({ name: 'outer' })
  class Outer {
    constructor(
      readonly inner: Inner,
      @InjectSpan() readonly span: Span,
    ) {}
    handle(): boolean {
      this.span.updateName('renamed').setAttribute('where', 'outer');
      return this.inner.work();
    }
  }
  expect(await invoke(createHandler(Outer).handler)).toBe(true);
  expectTrace(traces.only()).toMatchTree({
    name: 'renamed',
    attributes: { where: 'outer' },
    children: [{ name: 'Inner.work', attributes: { where: 'inner' }, events: ['worked'] }],
  });
});
