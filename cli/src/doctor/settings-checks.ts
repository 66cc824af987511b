import { connect } from 'node:net';
import { isServer } from '../functions/function-spec';
import type { FunctionSpec } from '../functions/function-spec';
import type { Finding } from './finding';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

const EXPORTED_ENDPOINTS = [
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_JAEGER_ENDPOINT',
];
const CONNECT_TIMEOUT_MILLIS = 3000;
// What fc-traced keeps of the timeout for the answer.
const RESERVE_MILLIS = 100;
const DEFAULT_FLUSH_MILLIS = 1000;

/** Finds hooks that the generation of FC does not have. */
export function checkHooks({ generation, props }: FunctionSpec): Finding[] {
  const { preFreeze } = fieldsOf(props['instanceLifecycleConfig']);
  if (preFreeze === undefined || generation === '2.0') return [];
  return [
    {
      check: 'lifecycle-hooks',
      level: 'error',
      problem: 'instanceLifecycleConfig has preFreeze, which FC 3.0 does not have',
      remedy: 'remove it: fc-traced delivers the trace before the response',
    },
  ];
}

const endpointInSource = (source: string): boolean => /\bendpoint\s*:/.test(source);

/** Finds a tracing configuration that FC does not read, and functions without any. */
export function checkTracingConfig({ tracingConfig, env }: FunctionSpec, source: string): Finding[] {
  const fields = fieldsOf(tracingConfig);
  if (fields['jaegerConfig'] !== undefined) {
    return [
      {
        check: 'tracing-config',
        level: 'error',
        problem: "tracingConfig has jaegerConfig, which is in the schema of Serverless Devs but not in FC's API",
        remedy: 'write tracingConfig: { type: Jaeger, params: { endpoint: … } }',
      },
    ];
  }
  const isOn =
    tracingConfig === 'Enable' ||
    (typeof fields['type'] === 'string' && fieldsOf(fields['params'])['endpoint'] !== undefined) ||
    EXPORTED_ENDPOINTS.some((name) => (env[name] ?? '') !== '') ||
    endpointInSource(source);
  if (isOn) return [];
  return [
    {
      check: 'tracing-config',
      level: 'warning',
      problem:
        'tracing is off: neither tracingConfig nor an OTEL variable nor the option endpoint says where traces go',
      remedy:
        'add tracingConfig: { type: Jaeger, params: { endpoint: … } } to s.yaml, or enable tracing in the console',
    },
  ];
}

/** Finds a timeout that leaves no time for the delivery of the trace. */
export function checkFlushBudget({ timeout }: FunctionSpec, source: string): Finding[] {
  const [, option] = /flushTimeoutMillis\s*:\s*([\d_]+)/.exec(source) ?? [];
  const flushMillis = option === undefined ? DEFAULT_FLUSH_MILLIS : Number(option.replaceAll('_', ''));
  if (timeout * 1000 > flushMillis + RESERVE_MILLIS) return [];
  return [
    {
      check: 'flush-budget',
      level: 'warning',
      problem: `the timeout of ${timeout} s is not longer than the flush budget of ${flushMillis} ms and the ${RESERVE_MILLIS} ms that are kept for the answer`,
      remedy: 'raise timeout, or lower flushTimeoutMillis: slow calls have no time left to deliver their trace',
    },
  ];
}

/** The endpoints of a function, without their paths, which may contain a token. */
function endpointsOf({ tracingConfig, env }: FunctionSpec): URL[] {
  const configured = fieldsOf(fieldsOf(tracingConfig)['params'])['endpoint'];
  const all = [configured, ...EXPORTED_ENDPOINTS.map((name) => env[name])];
  return all.flatMap((text) => (typeof text === 'string' && text !== '' && URL.canParse(text) ? [new URL(text)] : []));
}

function connectionFailure({ hostname, port, protocol }: URL): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(Number(port) || (protocol === 'https:' ? 443 : 80), hostname.replaceAll(/[[\]]/g, ''));
    const finish = (problem: string | undefined): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(CONNECT_TIMEOUT_MILLIS, () => finish('no answer'));
    socket.once('connect', () => finish(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => finish(error.code ?? 'failed'));
  });
}

/** Finds endpoints that accept no connections from this machine. */
export async function checkEndpoints(spec: FunctionSpec): Promise<Finding[]> {
  const findings = await Promise.all(
    endpointsOf(spec).map(async (endpoint): Promise<Finding[]> => {
      const failure = await connectionFailure(endpoint);
      if (failure === undefined) return [];
      const isInternal = /(-internal|\.vpc|^(10|172\.(1[6-9]|2\d|3[01])|192\.168)\.)/.test(endpoint.hostname);
      return [
        {
          check: 'endpoint',
          level: isInternal ? 'warning' : 'error',
          problem: `${endpoint.host} accepts no connection from this machine (${failure})`,
          remedy: isInternal
            ? 'an internal address is only reachable in its network: check that the function is in the same region'
            : 'check the address, and that a firewall or the network of the function lets it through',
        },
      ];
    }),
  );
  return findings.flat();
}

/** Finds a built-in runtime that is too old. */
export function checkRuntime(spec: FunctionSpec): Finding[] {
  const [, major] = /^nodejs(\d+)$/.exec(spec.runtime) ?? [];
  if (isServer(spec) || major === undefined || Number(major) >= 20) return [];
  return [
    {
      check: 'handler-module',
      level: 'error',
      problem: `the runtime ${spec.runtime} is older than fc-traced needs`,
      remedy: 'use nodejs20, or a custom runtime with a newer Node.js',
    },
  ];
}
