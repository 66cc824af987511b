/** Removes every part of an endpoint's URL that may be its token from a text, plain or percent-encoded. */
export function scrub(text: string, url: string): string {
  if (!URL.canParse(url)) return text;
  const { pathname, search, searchParams, username, password } = new URL(url);
  const raw = [...pathname.split('/'), ...searchParams.values(), username, password];
  // The token is the path segment `adapt_<token>` in endpoints of Alibaba Cloud.
  const words = [...raw, ...raw.map(decode)].flatMap((word) => [word, word.replace(/^adapt_/, '')]);
  return [url, pathname + search, pathname, search, ...words, ...words.map(encodeURIComponent)]
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
