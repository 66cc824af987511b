import { isSecretKey } from './secrets';

/** Replaces a redacted value in a URL, as OpenTelemetry's conventions for `url.full` require. */
const REDACTED = 'REDACTED';

/** Query parameters that hold a signature or credential, but that `isSecretKey` does not recognize. */
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

/** A URL in a query parameter can be percent-encoded more than once. */
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

/** Returns whether a value is a URL whose query has a secret parameter, such as the return URL of a login. */
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
 * Redacts a query string: replaces the values of parameters whose name is secret, or whose value is a URL with such a
 * parameter, by `REDACTED`. Everything else stays unchanged. Covers the parameters of
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/ and those of signed URLs of Alibaba Cloud.
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

/** Redacts the query of a URL or path, and the user name and password of a URL. */
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
