import type { TraceData, ViewerSpan } from '../../src/viewer/model/span';
import { failed, TraceBuilder } from './trace-builder';

type Fields = Partial<ViewerSpan>;

const PLATFORM: Fields = {
  resource: { 'service.name': 'fc.platform', 'faas.name': 'orders' },
  scope: { name: 'fc-traced-emulator' },
};

const service = (name: string): Fields => ({
  resource: {
    'service.name': name,
    'faas.name': name,
    'faas.instance': 'c-6927aa10-1f2e',
    'cloud.provider': 'alibaba_cloud',
    'cloud.region': 'cn-hangzhou',
  },
});
const ORDERS = service('orders');

interface Frame {
  readonly invocation: string;
  readonly handlerStart: number;
}

/** FC's own spans, and those of the cold start if there is one. */
function platformSpans(trace: TraceBuilder, cold: boolean, milliseconds: number): Frame {
  const shift = cold ? 431 : 0;
  const total = shift + milliseconds + 9;
  const root = trace.add('InvokeFunction', undefined, 0, total, {
    ...PLATFORM,
    attributes: { 'fc.function_name': 'orders', 'fc.request_id': '1-6927aa10-15f0c8d2', 'faas.coldstart': cold },
  });
  if (cold) {
    const start = trace.add('ColdStart', root, 3, 318, PLATFORM);
    trace.add('PrepareCode', start, 4, 121, PLATFORM);
    trace.add('RuntimeInitialization', start, 122, 317, PLATFORM);
    trace.add('Initializer', root, 319, 431, PLATFORM);
  }
  const invocation = trace.add('Invocation', root, shift + 2, total - 2, PLATFORM);
  if (cold) {
    const own = trace.add('cold start', root, 128, 429, { ...ORDERS, attributes: { 'faas.coldstart': true } });
    trace.add('start process', own, 128, 171, ORDERS);
    trace.add('load modules', own, 172, 310, ORDERS);
    const initialize = trace.add('initialize', own, 320, 429, ORDERS);
    trace.add('build container', initialize, 321, 334, ORDERS);
    trace.add('load tracing', initialize, 335, 428, ORDERS);
  }
  return { invocation, handlerStart: shift + 3 };
}

const handler = (cold: boolean): Fields => ({
  ...ORDERS,
  kind: 'server',
  attributes: {
    'faas.trigger': 'http',
    'faas.invocation_id': '1-6927aa10-15f0c8d2',
    'faas.coldstart': cold,
    'http.request.method': 'POST',
    'http.route': '/orders',
    'http.response.status_code': 201,
  },
});

/** An order that is placed: reads, writes, a call of another function and a message. */
export function orderTrace(number: number, cold: boolean, slower = 0): TraceData & { traceId: string } {
  const trace = new TraceBuilder(number);
  const { invocation, handlerStart: at } = platformSpans(trace, cold, 118 + slower);
  const root = trace.add('POST /orders', invocation, at, at + 113 + slower, handler(cold));
  trace.log(root, at + 1, 'INFO', 'order 4711 received: 2 teapots');
  trace.add('Orders.validate', root, at + 1, at + 4, ORDERS);
  const reserve = trace.add('Stock.reserve', root, at + 5, at + 46, {
    ...ORDERS,
    attributes: { 'order.sku': 'teapot', 'order.quantity': 2 },
  });
  for (const [name, from, to, sql] of [
    ['SELECT stock', 6, 18, 'SELECT quantity FROM stock WHERE sku = ? FOR UPDATE'],
    ['UPDATE stock', 20, 44, 'UPDATE stock SET quantity = quantity - ? WHERE sku = ?'],
  ] as const) {
    trace.add(name, reserve, at + from, at + to, {
      ...ORDERS,
      kind: 'client',
      attributes: {
        'db.system.name': 'mysql',
        'db.namespace': 'shop',
        'db.query.text': sql,
        'server.address': 'rm-bp1.mysql.rds',
      },
    });
  }
  const pay = trace.add('POST', root, at + 48, at + 101, {
    ...ORDERS,
    kind: 'client',
    attributes: { 'http.request.method': 'POST', 'server.address': 'payments', 'http.response.status_code': 200 },
  });
  const paid = trace.add('POST /charge', pay, at + 53, at + 97, { ...service('payments'), kind: 'server' });
  trace.add('Ledger.book', paid, at + 57, at + 94, service('payments'));
  trace.log(paid, at + 60, 'WARN', 'the payment provider is slow: retrying once');
  trace.add('send orders', root, at + 102, at + 111, {
    ...ORDERS,
    kind: 'producer',
    attributes: { 'messaging.system': 'rocketmq', 'messaging.destination.name': 'orders' },
  });
  trace.log(root, at + 112, 'INFO', 'order 4711 placed');
  return { traceId: trace.traceId, spans: trace.spans, logs: trace.logs };
}

/** An order that fails deep inside, whose message is linked to the trace that sent it. */
export function failedTrace(number: number, producer: string): TraceData & { traceId: string } {
  const trace = new TraceBuilder(number);
  const { invocation, handlerStart: at } = platformSpans(trace, false, 64);
  const error = failed(trace, at + 31, 'OutOfStock', '500 of teapot were ordered, 10 are left');
  const root = trace.add('orders process', invocation, at, at + 58, {
    ...ORDERS,
    ...error,
    kind: 'consumer',
    attributes: { 'faas.trigger': 'pubsub', 'messaging.system': 'rocketmq', 'messaging.batch.message_count': 1 },
    links: [{ traceId: producer, spanId: 'b000000000000009', attributes: { 'fc_traced.link': 'producer' } }],
  });
  trace.add('Orders.parse', root, at + 1, at + 3, ORDERS);
  const place = trace.add('Orders.place', root, at + 4, at + 34, { ...ORDERS, ...error });
  const reserve = trace.add('Stock.reserve', place, at + 6, at + 32, {
    ...ORDERS,
    ...error,
    attributes: { 'order.sku': 'teapot', 'order.quantity': 500, 'error.type': 'OutOfStock' },
  });
  trace.add('SELECT stock', reserve, at + 8, at + 27, {
    ...ORDERS,
    kind: 'client',
    attributes: { 'db.system.name': 'mysql', 'db.namespace': 'shop' },
  });
  trace.log(reserve, at + 30, 'ERROR', 'OutOfStock: 500 of teapot were ordered, 10 are left');
  const notify = trace.add('Customer.notify', root, at + 36, at + 55, ORDERS);
  trace.add('flush metrics', notify, at + 50, at + 250, { ...ORDERS, arrivedAfterThaw: true });
  return { traceId: trace.traceId, spans: trace.spans, logs: trace.logs };
}

/** A call of a tool over MCP. */
export function mcpTrace(number: number): TraceData & { traceId: string } {
  const trace = new TraceBuilder(number);
  const assistant = service('assistant');
  const weather = service('weather');
  const root = trace.add('assistant', undefined, 0, 96, { ...assistant, kind: 'server' });
  const mcp = (method: string, extra: Record<string, unknown> = {}): Record<string, unknown> => ({
    'mcp.method.name': method,
    'mcp.session.id': '8f14e45f-ceea-4e7a',
    'mcp.protocol.version': '2025-11-25',
    ...extra,
  });
  const initialize = trace.add('initialize', root, 2, 20, {
    ...assistant,
    kind: 'client',
    attributes: mcp('initialize'),
  });
  trace.add('initialize', initialize, 9, 14, { ...weather, kind: 'server', attributes: mcp('initialize') });
  for (const [index, city] of ['Hangzhou', 'Atlantis'].entries()) {
    const at = 24 + index * 34;
    const tool = mcp('tools/call', {
      'gen_ai.tool.name': 'forecast',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.call.arguments': JSON.stringify({ city }),
      ...(index === 0 && { 'gen_ai.tool.call.result': JSON.stringify({ sky: 'rain', celsius: 18 }) }),
    });
    const outcome = index === 0 ? {} : failed(trace, at + 20, 'UnknownCity', 'there is no city Atlantis');
    const call = trace.add('tools/call forecast', root, at, at + 31, {
      ...assistant,
      ...outcome,
      kind: 'client',
      attributes: tool,
    });
    const served = trace.add('tools/call forecast', call, at + 6, at + 25, {
      ...weather,
      ...outcome,
      kind: 'server',
      attributes: tool,
    });
    trace.add('Forecast.of', served, at + 8, at + 23, { ...weather, ...outcome, attributes: { 'weather.city': city } });
  }
  return { traceId: trace.traceId, spans: trace.spans };
}

/** A trace with many spans: a batch of records, each with a few calls, one of which fails. */
export function largeTrace(number: number, spans: number): TraceData & { traceId: string } {
  const trace = new TraceBuilder(number);
  const root = trace.add('batch process', undefined, 0, spans, { ...ORDERS, kind: 'consumer' });
  for (let index = 0; trace.spans.length < spans; index += 1) {
    const at = index * 4;
    const isLast = trace.spans.length > spans - 400 && trace.spans.length <= spans - 396;
    const record = trace.add('record process', root, at, at + 4, {
      ...ORDERS,
      attributes: { 'record.index': index, 'order.sku': `sku-${index % 997}`, 'messaging.message.id': `m-${index}` },
    });
    trace.add('SELECT stock', record, at + 0.2, at + 1.4, {
      ...ORDERS,
      kind: 'client',
      attributes: { 'db.system.name': 'mysql', 'db.query.text': 'SELECT quantity FROM stock WHERE sku = ?' },
    });
    trace.add('UPDATE stock', record, at + 1.6, at + 3.6, {
      ...ORDERS,
      ...(isLast ? failed(trace, at + 3, 'Deadlock', 'deadlock found') : {}),
      kind: 'client',
      attributes: { 'db.system.name': 'mysql' },
    });
    trace.add('Stock.notify', record, at + 3.6, at + 3.9, ORDERS);
  }
  return { traceId: trace.traceId, spans: trace.spans };
}

/** A trace in which every text is an attack. */
export function hostileTrace(number: number, texts: readonly string[]): TraceData & { traceId: string } {
  const trace = new TraceBuilder(number);
  const root = trace.add('hostile', undefined, 0, 10, {
    resource: { 'service.name': texts[0], [texts[1] ?? '']: texts[2] },
  });
  texts.forEach((text, index) => {
    const id = trace.add(text, root, index * 0.1, 9, {
      resource: { 'service.name': text },
      scope: { name: text, version: text },
      traceState: text,
      attributes: {
        [text]: text,
        list: [text, { [text]: text }],
        'mcp.method.name': text,
        'gen_ai.tool.name': text,
        'db.system.name': text,
      },
      events: [{ name: text, timeNanos: trace.at(1), attributes: { [text]: text } }],
      links: [{ traceId: trace.traceId, spanId: 'b000000000000001', attributes: { [text]: text } }],
      status: { code: 'ERROR', message: text },
      kind: 'client',
    });
    trace.log(id, 1, text.slice(0, 20), text);
  });
  return { traceId: trace.traceId, spans: trace.spans, logs: trace.logs };
}
