import { isSecretField } from './secret-keys';

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
  'auth',
  'key',
]);

/** A URL in a query parameter can be percent-encoded more than once. */
const MAX_DECODINGS = 3;

/** Neither encoded, nor a URL, JSON or a list of parameters. */
const PLAIN = /^[\w.~-]*$/;

function decoded(text: string): string {
  if (PLAIN.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function isSecretName(name: string): boolean {
  return SIGNING.has(name.toLowerCase()) || isSecretField(name);
}

/**
 * Returns whether a value is a URL with a password or a secret parameter, such as the return URL of a login, or JSON with
 * a secret member.
 */
function holdsSecret(value: string): boolean {
  if (PLAIN.test(value)) return false;
  let text = value;
  for (let round = 0; round < MAX_DECODINGS && text.includes('%'); round += 1) text = decoded(text);
  if (redactUserInfo(text) !== text) return true;
  for (const [, name] of text.matchAll(/"([^"]{1,256})"\s*:/g)) if (isSecretName(name!)) return true;
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

/** The longest scheme of a URL within a text. */
const MAX_SCHEME = 32;

function isSchemeCharacter(text: string, index: number): boolean {
  return /[a-z0-9+.-]/i.test(text[index]!);
}

/** Replaces the URLs in a text, each up to the first character that `end` matches. Takes linear time. */
export function replaceUrls(text: string, end: RegExp, replace: (url: string) => string): string {
  let clean = '';
  let copied = 0;
  for (let at = text.indexOf('://'); at !== -1;) {
    let start = at;
    while (start > copied && at - start < MAX_SCHEME && isSchemeCharacter(text, start - 1)) start -= 1;
    // A scheme starts with a letter.
    while (start < at && !/[a-z]/i.test(text[start]!)) start += 1;
    let stop = at + 3;
    while (stop < text.length && !end.test(text[stop]!)) stop += 1;
    if (start < at && stop > at + 3) {
      clean += text.slice(copied, start) + replace(text.slice(start, stop));
      copied = stop;
    }
    at = text.indexOf('://', stop);
  }
  return copied === 0 ? text : clean + text.slice(copied);
}

/** A scheme and the authority of a URL. */
const AUTHORITY = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)/i;

/**
 * Redacts the user name and password of a URL. Programs often forget to encode a password, so it may contain `@`, and
 * also `/`, `?` and `#`: then what precedes them is no host and port.
 */
function redactUserInfo(url: string): string {
  const match = AUTHORITY.exec(url);
  if (match === null) return url;
  const [, scheme, authority] = match as unknown as [string, string, string];
  let end = authority.lastIndexOf('@');
  if (end < 0 && !isHost(authority)) end = url.slice(scheme.length).lastIndexOf('@');
  return end <= 0 ? url : `${scheme}${REDACTED}:${REDACTED}${url.slice(scheme.length + end)}`;
}

/** Returns whether an authority without `@` is a host, hosts, or a host and port, and not the start of a password. */
function isHost(authority: string): boolean {
  return !authority.includes(':') || authority.startsWith('[') || /^[^:]*:\d*(?:,.*)?$/.test(authority);
}

/** Redacts the parameters of a path (`/a;jsessionid=1`). */
function redactPath(path: string): string {
  return path.includes(';')
    ? path.replace(/(;([^;/=]+)=)([^;/]*)/g, (all: string, start: string, name: string) =>
        isSecretName(decoded(name)) ? start + REDACTED : all,
      )
    : path;
}

/** Redacts the parameters of a fragment (`#access_token=1`, `#/login?token=1`). */
function redactFragment(fragment: string): string {
  const start = fragment.indexOf('?') + 1;
  return redactPath(fragment.slice(0, start)) + redactQuery(fragment.slice(start));
}

/**
 * Redacts a URL or path: the user name and password, and the parameters of the path, the query and the fragment whose
 * names are secret.
 */
export function redactUrl(url: string): string {
  const clean = redactUserInfo(url);
  if (!clean.includes('=')) return clean;
  const hash = clean.indexOf('#');
  const base = hash < 0 ? clean : clean.slice(0, hash);
  const fragment = hash < 0 ? '' : `#${redactFragment(clean.slice(hash + 1))}`;
  const question = base.indexOf('?');
  if (question < 0) return redactPath(base) + fragment;
  return redactPath(base.slice(0, question)) + `?${redactQuery(base.slice(question + 1))}` + fragment;
}
