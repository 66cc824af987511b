// Keeps what was created during calls, and reports what can be reached and printed through it. Requires --expose-gc.
const { createServer, get } = require('node:http');
const { connect, createServer: createTcpServer } = require('node:net');
const { inspect } = require('node:util');
const { context, createContextKey } = require('@opentelemetry/api');
const { createHandler, forEachRecord, FC_CONTEXT, FC_EVENT, Service, TRACER, Traced } = require('../../dist/index.js');
const { serve, traceListener } = require('../../dist/server.js');
const { fakeEvent, fakeFcContext, invoke } = require('../../dist/testing.js');

const SECRETS = [
  'EVENT-CONTENT',
  'KEY-SECRET-1234567890',
  'SECURITY-TOKEN-1234567890',
  'COLLECTOR-TOKEN',
  'ATTRIBUTE-1',
];
const hidden = createContextKey('a value of the program');

const kept = [];
const refs = new Map();
const printed = new Set();
const ref = (name, object) => refs.set(name, new WeakRef(object));

function print(value) {
  const texts = [inspect(value, { showHidden: true, depth: Infinity, maxStringLength: Infinity, getters: true })];
  try {
    texts.push(JSON.stringify(value) ?? '');
  } catch {
    // A circular structure.
  }
  for (const secret of SECRETS) if (texts.some((text) => text.includes(secret))) printed.add(secret);
}

function keep(...values) {
  kept.push(...values);
  for (const value of values) print(value);
}

const decorate = (target, name, options) =>
  Object.defineProperty(target, name, Traced(options)(target, name, Object.getOwnPropertyDescriptor(target, name)));

let tcpPort = 0;
/** Everything that a program may keep beyond a call. */
class Pools {
  tracer;
  constructor(tracer) {
    this.tracer = tracer;
  }
  sync(event) {
    keep(Promise.resolve(1), setTimeout(() => {}, 1e7).unref());
    return event !== undefined;
  }
  async settled() {
    return 1;
  }
  pending(event) {
    void event;
    return new Promise(() => {});
  }
  async pendingAsync(event) {
    await new Promise(() => {});
    return event;
  }
  async *stream(event) {
    keep(Promise.resolve(2));
    yield event !== undefined;
  }
  async use(event) {
    const socket = connect(tcpPort, '127.0.0.1').unref();
    await new Promise((resolve) => socket.once('connect', resolve));
    keep(socket, this.settled(), this.pending(event), this.pendingAsync(event));
    this.sync(event);
    for await (const item of this.stream(event)) keep(Promise.resolve(item));
    this.tracer.startActiveSpan('library', { attributes: { a: 'ATTRIBUTE-1' } }, (span) => {
      if (span.isRecording()) ref('library span', span);
      keep(Promise.resolve(3));
      context.with(context.active().setValue(hidden, 1), () => keep(Promise.resolve(4)));
      span.end();
    });
    this.tracer.startActiveSpan('left open', () => keep(Promise.resolve(5)));
  }
}
for (const name of ['sync', 'settled', 'pending', 'pendingAsync', 'stream', 'use']) decorate(Pools.prototype, name);
Service({ inject: [TRACER] })(Pools);

class Starter {
  constructor() {
    this.connection = Promise.resolve('connection');
    keep(this.connection, setTimeout(() => {}, 1e7).unref());
  }
}
Service({ scope: 'singleton', inject: [] })(Starter);

class Orders {
  constructor(pools, event, context, starter) {
    Object.assign(this, { pools, event, context, starter });
  }
  async handle(event, context) {
    ref('event', event);
    ref('context', context);
    ref('credentials', context.credentials);
    keep(Promise.resolve(0));
    await this.pools.use(event);
    if (Array.isArray(event)) {
      await forEachRecord(event, async (record) => {
        ref('record', record);
        keep(Promise.resolve(record !== undefined));
      });
    }
    return { statusCode: 200, body: 'ok' };
  }
}
const inject = [Pools, FC_EVENT, FC_CONTEXT, Starter];

async function collect() {
  for (let round = 0; round < 6; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    gc();
  }
}

async function request(port, path, headers) {
  const url = { port, host: '127.0.0.1', path, headers, agent: false };
  await new Promise((resolve, reject) =>
    get(url, (response) => response.resume().on('end', resolve)).on('error', reject),
  );
}

async function main() {
  const collector = createServer((incoming, response) => incoming.resume().on('end', () => response.end()));
  await new Promise((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const tcp = createTcpServer(() => {});
  await new Promise((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  tcpPort = tcp.address().port;
  const options = {
    endpoint: `http://127.0.0.1:${collector.address().port}/COLLECTOR-TOKEN/v1/traces`,
    headers: { authorization: 'COLLECTOR-TOKEN' },
  };
  const credentials = {
    accessKeyId: 'STS.KEY-ID-1234567890',
    accessKeySecret: 'KEY-SECRET-1234567890',
    securityToken: 'SECURITY-TOKEN-1234567890',
  };
  const fcContext = (tracing) => fakeFcContext({ credentials, tracing });
  const headers = (sampledFlag) => ({
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-0${sampledFlag}`,
    'x-fc-access-key-secret': credentials.accessKeySecret,
    'x-fc-security-token': credentials.securityToken,
  });
  const results = {};
  const check = async (name, work) => {
    refs.clear();
    printed.clear();
    await work();
    await collect();
    // What is kept until now, and is printed later.
    kept.forEach(print);
    results[name] = {
      seen: [...refs.keys()],
      alive: [...refs].filter(([, one]) => one.deref() !== undefined).map(([key]) => key),
      printed: [...printed],
    };
    kept.length = 0;
  };

  for (const recorded of ['recorded', 'not recorded']) {
    const flag = recorded === 'recorded' ? 1 : 0;
    const tracing = { openTracingSpanContext: `124ed43254b54966:124ed43254b54966:0:${flag}` };
    const { handler, initialize } = createHandler(Orders, { ...options, inject });
    await check(`createHandler, initializer, ${recorded}`, async () => {
      const initial = fcContext(tracing);
      ref('context', initial);
      await initialize(initial);
    });
    await check(`createHandler, ${recorded}`, async () => {
      await invoke(handler, Buffer.from(JSON.stringify({ text: 'EVENT-CONTENT' })), fcContext(tracing));
    });
    await check(`createHandler, batch, ${recorded}`, async () => {
      const batch = fakeEvent('kafka', [{ value: 'EVENT-CONTENT' }]);
      await invoke(handler, Buffer.from(JSON.stringify(batch)), fcContext(tracing));
    });
    await check(`serve, ${recorded}`, async () => {
      const { port, close } = await serve(Orders, { ...options, inject, port: 0, host: '127.0.0.1' });
      await request(port, '/?text=EVENT-CONTENT', headers(flag));
      await close();
    });
    await check(`traceListener, ${recorded}`, async () => {
      const listener = traceListener((incoming, response) => {
        ref('request', incoming);
        ref('response', response);
        keep(Promise.resolve(0), setTimeout(() => {}, 1e7).unref());
        response.end('ok');
      }, options);
      const server = createServer(listener);
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      await request(server.address().port, '/?text=EVENT-CONTENT', headers(flag));
      await new Promise((resolve) => server.close(resolve));
    });
  }
  process.stdout.write(JSON.stringify(results));
  process.exit();
}
void main();
