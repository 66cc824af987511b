/** An endpoint as it may be shown: without path, query and user, which hold its token. */
export function displayUrl(url: string): string {
  return URL.canParse(url) ? `${new URL(url).origin}/…` : '…';
}

/** A text without any part of an endpoint that could be its token. */
export function scrub(text: string, url: string): string {
  if (!URL.canParse(url)) return text;
  const { pathname, search, username, password } = new URL(url);
  const parts = [url, pathname + search, pathname, search, ...pathname.split('/'), ...pathname.split('/').map(decode), username, password];
  return parts
    .filter((part) => part.length >= 6 && part !== 'traces')
    .sort((a, b) => b.length - a.length)
    .reduce((scrubbed, part) => scrubbed.replaceAll(part, '…'), text);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
