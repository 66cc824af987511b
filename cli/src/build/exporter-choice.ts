import type { Plugin } from 'esbuild';
import { isServer } from '../functions/function-spec';
import type { FunctionSpec } from '../functions/function-spec';

/** The protocols whose exporters a bundle can contain. */
export type ExporterName = 'jaeger' | 'otlp';

/** Which exporters a bundle contains, and the reason if one is left out. */
export interface ExporterChoice {
  readonly omitted: ExporterName | undefined;
  readonly reason: string | undefined;
}

/** The variables that set an endpoint, for each protocol in the order of `fc-traced`. */
const VARIABLES: Readonly<Record<ExporterName, readonly string[]>> = {
  otlp: ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  jaeger: ['OTEL_EXPORTER_JAEGER_ENDPOINT'],
};
const SELECTION = 'OTEL_TRACES_EXPORTER';
const OTHER: Readonly<Record<ExporterName, ExporterName>> = { jaeger: 'otlp', otlp: 'jaeger' };
const BOTH: ExporterChoice = { omitted: undefined, reason: undefined };

const isHttpUrl = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
const isNode = (program: string): boolean => program === process.execPath || /(?:^|\/)node$/.test(program);

/** The protocol and variable of the endpoint that `fc-traced` takes from `s.yaml`; `undefined` if not certain. */
function endpointIn({ env, unknownEnv = [] }: FunctionSpec): readonly [ExporterName, string] | undefined {
  if (unknownEnv === 'all') return undefined;
  const selected = (env[SELECTION] ?? '').trim();
  if (unknownEnv.includes(SELECTION) || !['', 'otlp', 'jaeger'].includes(selected)) return undefined;
  for (const protocol of ['otlp', 'jaeger'] as const) {
    if (selected !== '' && selected !== protocol) continue;
    for (const name of VARIABLES[protocol]) {
      if (unknownEnv.includes(name)) return undefined;
      if (isHttpUrl((env[name] ?? '').trim())) return [protocol, name];
    }
  }
  return undefined;
}

// Names of options and variables that decide, and ways to set variables whose names the program does not contain.
const DECIDES = /\b(?:endpoint|protocol)\b|api\/traces|OTEL_|dotenv|loadEnvFile|env-file/;
const SETS_VARIABLES = /\bprocess\.env\s*(?:=(?!=)|\[(?!\s*(['"`])\w+\1\s*\]))|\bassign\(\s*process\.env\b/;
const RENAMED = /\b(?:createHandler|serve|Handler)(?:\s+as\b|\s*:)/;
const HANDLER_CALL = /\b(?:createHandler|serve)\s*(?:<[^;()]*>)?\(\s*[\w$.]+\s*/g;
const ANY_CALL = /\b(?:createHandler|serve)\s*(?:<[^;()]*>)?\(/g;
const DECORATOR_CALL = /\bHandler\s*(?:<[^;()]*>)?\(\s*/g;

/** Whether options are absent, or a literal without names that are computed. */
function isLiteral(options: string): boolean {
  if (/^,?\s*\)/.test(options)) return true;
  const start = /^,?\s*\{/.exec(options)?.[0].length;
  if (start === undefined) return false;
  let depth = 1;
  let end = start;
  for (; depth > 0 && end < options.length; end++) depth += { '{': 1, '}': -1 }[options[end]!] ?? 0;
  const content = options.slice(start - 1, end);
  return depth === 0 && !/\.\.\.|[{,]\s*\[/.test(content) && /^\s*,?\s*\)/.test(options.slice(end));
}

/** Whether the program certainly leaves the endpoint to the variables. */
function leavesEndpoint(programCode: string): boolean {
  if ([DECIDES, SETS_VARIABLES, RENAMED].some((pattern) => pattern.test(programCode))) return false;
  const after = (pattern: RegExp): string[] =>
    [...programCode.matchAll(pattern)].map(({ 0: { length }, index }) => programCode.slice(index + length));
  const calls = after(HANDLER_CALL);
  // Without a call of its own, a package may create the handler, with options that are not known here.
  return (
    calls.length > 0 && calls.length === after(ANY_CALL).length && [...calls, ...after(DECORATOR_CALL)].every(isLiteral)
  );
}

/** Whether the function certainly gets only the variables of `s.yaml`. */
function startsDirectly(spec: FunctionSpec): boolean {
  if (!isServer(spec)) return true;
  const [program, ...args] = spec.command ?? [];
  return program !== undefined && isNode(program) && !DECIDES.test(args.join(' '));
}

/**
 * Decides which exporter is left out: the one that the option does not name, or the one that certainly is not used. FC
 * may pass an endpoint of either protocol with each call, so that is certain only if a variable in `s.yaml` sets the
 * endpoint, which precedes that of FC, and the program sets neither `endpoint` nor `protocol`, which precede the
 * variable. What is known only when the function is deployed or runs may decide otherwise, so both are kept then.
 */
export function chooseExporters(
  spec: FunctionSpec,
  wanted: ExporterName | 'both' | undefined,
  programCode: string,
): ExporterChoice {
  if (wanted === 'both') return BOTH;
  if (wanted !== undefined) return { omitted: OTHER[wanted], reason: `--exporter ${wanted}` };
  const endpoint = endpointIn(spec);
  if (endpoint === undefined || !startsDirectly(spec) || !leavesEndpoint(programCode)) return BOTH;
  const [protocol, variable] = endpoint;
  return { omitted: OTHER[protocol], reason: `environmentVariables has ${variable}` };
}

const NAMES: Readonly<Record<ExporterName, string>> = { jaeger: 'Jaeger', otlp: 'OTLP' };

/** Replaces an exporter of `fc-traced` by an error that says so, which `fc-traced` logs when the exporter is needed. */
export function omitExporter(name: ExporterName): Plugin {
  const message =
    `the ${NAMES[name]} exporter was left out of this bundle by fc-traced build. ` +
    'Build it again with --exporter both';
  return {
    name: 'omit-exporter',
    setup({ onLoad }) {
      onLoad({ filter: new RegExp(String.raw`[\\/]dist[\\/]chunk-${name}\.js$`) }, () => ({
        contents: `throw new Error(${JSON.stringify(message)});`,
      }));
    },
  };
}
