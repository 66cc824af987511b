const METADATA = /__metadata\("design:(?:paramtypes|type|returntype)", (\[.*?\]|[^[].*?)\)(?=,?$)/gm;
const IMPORT = /^import\s+([^'"]*?)\s+from\s+['"]/gm;
const REFERENCE = /(?<![\w$.])[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*/;

const HELPER = 'var __imported = (get) => { try { return get(); } catch { return undefined; } };';

function importedNames(code: string): Set<string> {
  const clauses = [...code.matchAll(IMPORT)].map(([, clause]) => clause!);
  return new Set(
    clauses.flatMap((clause) =>
      clause
        .replaceAll(/[{}*]/g, ',')
        .split(',')
        .map((part) =>
          part
            .trim()
            .replace(/^.*\bas\s+/, '')
            .trim(),
        )
        .filter((name) => name !== ''),
    ),
  );
}

/**
 * Lets classes that import each other have metadata. In CommonJS, a class that is not defined yet is `undefined` in the
 * metadata of another. In an ES module, reading it throws, so each read of an imported name is guarded. The code keeps
 * its lines.
 */
export function guardCyclicMetadata(code: string): string {
  const imported = importedNames(code);
  const isImported = (expression: string): boolean =>
    imported.has(REFERENCE.exec(expression.replace(/^typeof \(\w+ = typeof /, ''))?.[0].split('.')[0] ?? '');
  const guard = (expression: string): string =>
    isImported(expression) ? `__imported(() => ${expression})` : expression;
  let guarded = false;
  const text = code.replaceAll(METADATA, (whole, value: string) => {
    const safe = value.startsWith('[') ? `[${value.slice(1, -1).split(', ').map(guard).join(', ')}]` : guard(value);
    if (safe === value) return whole;
    guarded = true;
    return whole.replace(value, () => safe);
  });
  // Behind the code, where a `var` is hoisted but not yet set, it would be too late: in front, in the same line.
  return guarded ? insertInFront(text) : code;
}

// A directive stays the first statement.
function insertInFront(code: string): string {
  const [directive = ''] = /^(?:#!.*\n)?\s*(?:['"]use strict['"];)?/.exec(code) ?? [];
  return `${directive}${HELPER} ${code.slice(directive.length)}`;
}
