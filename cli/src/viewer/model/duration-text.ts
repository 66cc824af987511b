const UNITS: readonly [string, number][] = [
  ['s', 1e9],
  ['ms', 1e6],
  ['µs', 1e3],
  ['ns', 1],
];

const BYTE_UNITS: readonly [string, number][] = [
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
];

/** A duration with three digits and its unit, such as `1.24 ms`. Minutes from 100 s on: `2 min 5 s`. */
export function durationText(nanos: number): string {
  if (nanos < 0) return `−${durationText(-nanos)}`;
  if (nanos === 0) return '0 ms';
  if (nanos >= 100e9) {
    const seconds = Math.round(nanos / 1e9);
    return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }
  const [unit, size] = UNITS.find(([, one]) => nanos >= one * 0.9995) ?? ['ns', 1];
  const value = nanos / size;
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${unit === 'ns' ? Math.round(value) : Number(value.toFixed(digits))} ${unit}`;
}

/** A difference of durations, with its sign. */
export function deltaText(nanos: number): string {
  return nanos > 0 ? `+${durationText(nanos)}` : durationText(nanos);
}

/** A size with its unit, such as `1.5 MiB`. */
export function bytesText(bytes: number): string {
  const [unit, size] = BYTE_UNITS.find(([, one]) => bytes >= one) ?? ['B', 1];
  return `${Number((bytes / size).toFixed(1))} ${unit}`;
}
