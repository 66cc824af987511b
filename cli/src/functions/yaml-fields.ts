/** The settings of a map in a file of Serverless Devs. */
export type Fields = Readonly<Record<string, unknown>>;

/** A value as a map; an empty one for anything else. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** Merges maps, as Serverless Devs does: of lists and other values, the last one applies. */
export function merge(first: unknown, second: unknown): unknown {
  if (second === undefined) return first;
  const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap(first) || !isMap(second)) return second;
  const [one, other] = [fieldsOf(first), fieldsOf(second)];
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(keys.map((key) => [key, merge(one[key], other[key])]));
}
