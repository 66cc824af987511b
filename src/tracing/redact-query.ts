import { isSecretKey } from './redaction';

/** What stands for a value in a query, as the HTTP conventions have it. */
const REDACTED = 'REDACTED';

/** Parameters that sign a URL, or name who signed it, whose names do not say so. */
const SIGNING = new Set(['sig', 'awsaccesskeyid', 'ossaccesskeyid', 'x-goog-signature', 'x-goog-credential', 'x-amz-credential', 'x-oss-credential', 'auth_key', 'key']);

function nameOf(parameter: string): string {
  const name = parameter.split('=', 1)[0]!;
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}

/**
 * A query string whose secret parameters, by their names, have `REDACTED` for a value. All else stays as it stood. Follows
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/, and adds what Alibaba Cloud signs URLs with.
 */
export function redactQuery(query: string): string {
  if (!query.includes('=')) return query;
  return query
    .split('&')
    .map((parameter) => {
      if (!parameter.includes('=')) return parameter;
      const name = nameOf(parameter);
      return SIGNING.has(name.toLowerCase()) || isSecretKey(name) ? `${parameter.slice(0, parameter.indexOf('=') + 1)}${REDACTED}` : parameter;
    })
    .join('&');
}

/** A URL, or a path, with a query: that of it redacted, and a user name and password. */
export function redactUrl(url: string): string {
  const clean = url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]*@/i, `$1${REDACTED}:${REDACTED}@`);
  const start = clean.indexOf('?');
  if (start < 0) return clean;
  const end = clean.indexOf('#', start);
  return clean.slice(0, start + 1) + redactQuery(clean.slice(start + 1, end < 0 ? undefined : end)) + (end < 0 ? '' : clean.slice(end));
}
