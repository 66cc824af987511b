import { isSecretKey } from './secrets';

/** What stands for a value in a query, as the HTTP conventions have it. */
const REDACTED = 'REDACTED';

/** Parameters that sign a URL, or name who signed it, whose names do not say so. */
const SIGNING = new Set([
  'sig',
  'awsaccesskeyid',
  'ossaccesskeyid',
  'x-goog-signature',
  'x-goog-credential',
  'x-amz-credential',
  'x-oss-credential',
  'auth_key',
  'key',
]);

/** A URL inside a URL is encoded again, and perhaps more than once. */
const MAX_DECODINGS = 3;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function isSecretName(name: string): boolean {
  return SIGNING.has(name.toLowerCase()) || isSecretKey(name);
}

/** Whether a value holds a query of its own with a secret in it, as the address does to which a login sends back. */
function holdsSecret(value: string): boolean {
  let text = value;
  for (let round = 0; round < MAX_DECODINGS && text.includes('%'); round += 1) text = decoded(text);
  if (!text.includes('=')) return false;
  const [, ...parameters] = text.split(/[?&;#]/);
  return parameters.some(
    (parameter) => parameter.includes('=') && isSecretName(decoded(parameter.slice(0, parameter.indexOf('=')))),
  );
}

/**
 * A query string whose secret parameters, by their names, have `REDACTED` for a value, as have those whose value
 * is a URL with such a parameter. All else stays as it stood. Follows
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/, and adds what Alibaba Cloud signs URLs with.
 */
export function redactQuery(query: string): string {
  if (!query.includes('=')) return query;
  return query
    .split('&')
    .map((parameter) => {
      const start = parameter.indexOf('=') + 1;
      if (start === 0) return parameter;
      return isSecretName(decoded(parameter.slice(0, start - 1))) || holdsSecret(parameter.slice(start))
        ? parameter.slice(0, start) + REDACTED
        : parameter;
    })
    .join('&');
}

/** A URL, or a path, with a query: that of it redacted, and a user name and password. */
export function redactUrl(url: string): string {
  const clean = url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]*@/i, `$1${REDACTED}:${REDACTED}@`);
  const start = clean.indexOf('?');
  if (start < 0) return clean;
  const end = clean.indexOf('#', start);
  return (
    clean.slice(0, start + 1) +
    redactQuery(clean.slice(start + 1, end < 0 ? undefined : end)) +
    (end < 0 ? '' : clean.slice(end))
  );
}
