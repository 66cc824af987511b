import type { Plugin } from 'esbuild';
import type { FunctionSpec } from '../functions/function-spec';

/** The protocols whose exporters a bundle can contain. */
export type ExporterName = 'jaeger' | 'otlp';

/** Which exporters a bundle contains, and the reason if one is left out. */
export interface ExporterChoice {
  readonly omitted: ExporterName | undefined;
  readonly reason: string | undefined;
}

const VARIABLES: Readonly<Record<string, ExporterName>> = {
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'otlp',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'otlp',
  OTEL_EXPORTER_JAEGER_ENDPOINT: 'jaeger',
};
const OTHER: Readonly<Record<ExporterName, ExporterName>> = { jaeger: 'otlp', otlp: 'jaeger' };

/**
 * Decides which exporter is left out: the one that the option does not name, or the one that cannot be used. FC may
 * pass an endpoint of either protocol with each call, so the latter is certain only if a variable in `s.yaml` sets
 * the endpoint, which precedes that of FC, and no module of the program sets `endpoint` or `protocol`, which precede
 * the variable.
 */
export function chooseExporters(
  spec: FunctionSpec,
  wanted: ExporterName | 'both' | undefined,
  programCode: string,
): ExporterChoice {
  if (wanted === 'both') return { omitted: undefined, reason: undefined };
  if (wanted !== undefined) return { omitted: OTHER[wanted], reason: `--exporter ${wanted}` };
  const set = Object.keys(VARIABLES).filter((name) => (spec.env[name] ?? '').startsWith('http'));
  const protocols = new Set(set.map((name) => VARIABLES[name]!));
  const [protocol] = protocols;
  if (protocol === undefined || protocols.size > 1) return { omitted: undefined, reason: undefined };
  if (/\b(?:endpoint|protocol)\b|api\/traces|OTEL_EXPORTER/.test(programCode)) {
    return { omitted: undefined, reason: undefined };
  }
  return { omitted: OTHER[protocol], reason: `environmentVariables has ${set[0]!}` };
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
