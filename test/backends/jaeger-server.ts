import { spawn } from 'node:child_process';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A running Jaeger v2 that stores traces in memory, on free ports. */
export interface JaegerServer {
  readonly thriftEndpoint: string;
  readonly otlpEndpoint: string;
  /** The address of the query API. */
  readonly queryUrl: string;
  /** Reads a trace with the query API as soon as it has `count` spans. Rejects after ten seconds. */
  readTrace(traceId: string, count: number): Promise<JaegerTrace>;
  stop(): Promise<void>;
}

export interface JaegerTag {
  readonly key: string;
  readonly type: string;
  readonly value: unknown;
}
export interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly refType: string; readonly traceID: string; readonly spanID: string }[];
  readonly startTime: number;
  readonly duration: number;
  readonly tags: readonly JaegerTag[];
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly JaegerTag[] }[];
  readonly processID: string;
  /** What Jaeger found wrong with the span. */
  readonly warnings: readonly string[] | null;
}
export interface JaegerTrace {
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string; readonly tags: readonly JaegerTag[] }>>;
}

/** Returns free ports of the loopback interface. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer();
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(
    servers.map(
      (server) =>
        new Promise((resolve) => {
          server.close(resolve);
        }),
    ),
  );
  return ports;
}

async function respondsOk(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

/** Reads a trace with the query API as soon as it has `count` spans. Rejects after ten seconds. */
export async function readTrace(query: string, traceId: string, count: number): Promise<JaegerTrace> {
  let seen = 0;
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(100)) {
    const body = (await (await fetch(`${query}/api/traces/${traceId}`)).json()) as { data?: JaegerTrace[] | null };
    const trace = body.data?.[0];
    seen = trace?.spans.length ?? 0;
    if (trace !== undefined && seen >= count) return trace;
  }
  throw new Error(`Jaeger has only ${seen} of ${count} spans of trace ${traceId}`);
}

/** Starts Jaeger. Resolves when its health check and its query API respond. */
export async function startJaeger(binary: string): Promise<JaegerServer> {
  const [query, grpc, health, otlp, thrift] = await freePorts(5);
  const child = spawn(binary, ['--config', path.join(__dirname, 'jaeger.yaml')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      JAEGER_QUERY_PORT: String(query),
      JAEGER_QUERY_GRPC_PORT: String(grpc),
      JAEGER_HEALTH_PORT: String(health),
      JAEGER_OTLP_PORT: String(otlp),
      JAEGER_THRIFT_PORT: String(thrift),
      OTEL_TRACES_SAMPLER: 'always_off',
    },
  });
  // Must not keep jest alive if a test does not stop it.
  child.unref();
  (child.stdout as Socket).unref();
  (child.stderr as Socket).unref();
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.removeListener('exit', kill);
    kill();
    await exited;
  };

  for (const deadline = Date.now() + 20_000; ; await sleep(100)) {
    if (
      (await respondsOk(`http://127.0.0.1:${health}/status`)) &&
      (await respondsOk(`http://127.0.0.1:${query}/api/services`))
    ) {
      break;
    }
    if (child.exitCode === null && Date.now() < deadline) continue;
    await stop();
    throw new Error(`Jaeger did not start:\n${output}`);
  }
  return {
    thriftEndpoint: `http://127.0.0.1:${thrift}/api/traces`,
    otlpEndpoint: `http://127.0.0.1:${otlp}/v1/traces`,
    queryUrl: `http://127.0.0.1:${query}`,
    readTrace: (traceId, count) => readTrace(`http://127.0.0.1:${query}`, traceId, count),
    stop,
  };
}
