/** A pseudo-random generator of numbers from 0 to 1, reproducible by its seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  2 ** 53,
  '',
  '{',
  '__proto__',
  '00-x',
  [],
  [null],
  {},
  { __proto__: null, then: 1 },
  [[[[]]]],
  'a'.repeat(5_000),
];

interface Place {
  readonly owner: Record<string, unknown>;
  readonly key: string;
}

function placesOf(value: unknown, places: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return places;
  for (const key of Object.keys(value)) {
    places.push({ owner: value as Record<string, unknown>, key });
    placesOf((value as Record<string, unknown>)[key], places);
  }
  return places;
}

/** A copy of an event in which one to three values are replaced, removed, moved or repeated. */
export function mutated(event: unknown, random: () => number): unknown {
  const copy: unknown = structuredClone(event);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  for (let left = 1 + Math.floor(random() * 3); left > 0; left -= 1) {
    const places = placesOf(copy);
    if (places.length === 0) return copy;
    const { owner, key } = pick(places);
    const kind = random();
    if (kind < 0.4) owner[key] = structuredClone(pick(ODD_VALUES));
    else if (kind < 0.6) delete owner[key];
    else if (kind < 0.8) owner[key] = structuredClone(pick(places).owner);
    else owner[pick(places).key] = structuredClone(owner[key]);
  }
  return copy;
}

/** Bytes of which one to three are replaced, and which may be cut short. */
export function mutatedBytes(bytes: Uint8Array, random: () => number): Buffer {
  const copy = Buffer.from(bytes);
  for (let left = 1 + Math.floor(random() * 3); left > 0; left -= 1) {
    copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
  }
  return random() < 0.2 ? copy.subarray(0, Math.floor(random() * copy.length)) : copy;
}
