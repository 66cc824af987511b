/** The largest number of edits between a name and the one that was given for it. */
function maxEdits(name: string): number {
  return Math.min(name.length - 1, Math.max(2, Math.floor(name.length * 0.4)));
}

/** Returns the name that was probably meant by `given`: the longest one that it contains, or the most similar one. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  const lower = given.toLowerCase();
  const contained = names.filter((name) => lower.includes(name)).sort((a, b) => b.length - a.length)[0];
  if (contained !== undefined) return contained;
  const [nearest] = names
    .map((name) => ({ name, edits: name.startsWith(lower) && lower !== '' ? 1 : editsBetween(lower, name) }))
    .filter(({ name, edits }) => edits <= maxEdits(name))
    .sort((a, b) => a.edits - b.edits);
  return nearest?.name;
}

/** The number of characters to insert, delete or replace: the Levenshtein distance. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, character] of Array.from(a).entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (b[j] === character ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}
