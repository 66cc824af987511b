import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const READ = /_fs2\.default\.readFileSync\(_path2\.default\.join\(__dirname, '([^']+)'\), 'ascii'\)/;

/** The module of `jaeger-client` that reads a file beside it, which a bundle does not have. */
export const JAEGER_THRIFT = /[\\/]jaeger-client[\\/]dist[\\/]src[\\/]thrift\.js$/;

/**
 * Replaces that read by the text of the file. `fc-traced` needs no such thing; this is for programs that have
 * `@opentelemetry/exporter-jaeger` themselves.
 */
export function inlineDefinition(code: string, file: string): string {
  const [, name] = READ.exec(code) ?? [];
  const definition = name === undefined ? undefined : join(dirname(file), name);
  if (definition === undefined || !existsSync(definition)) return code;
  return code.replace(READ, () => JSON.stringify(readFileSync(definition, 'ascii')));
}
