/** Parses JSON (RFC 8259), also after a byte-order mark, which a parser may ignore. Throws a `SyntaxError`. */
export function parseJson(text: string): unknown {
  return JSON.parse(text.charCodeAt(0) === 0xfe_ff ? text.slice(1) : text) as unknown;
}

/** Parses JSON as {@link parseJson} does. Returns `otherwise` if a string is not JSON. */
export function parsedJson(text: string, otherwise: unknown): unknown {
  try {
    return parseJson(text);
  } catch {
    return otherwise;
  }
}
