import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './fresh-process';
import { readCode, sourceFiles } from './import-scan';
import { readDocument } from './markdown';

interface Row {
  readonly member: string;
  readonly files: readonly string[];
  readonly contractTest: string;
}

const src = path.join(root, 'src');
const sources = sourceFiles(src).map((file) => ({ file: `src/${file}`, code: readCode(path.join(src, file)) }));

const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!);

/** The rows of the register whose first cell is code. */
function readRegister(): Row[] {
  const document = readDocument(root, 'docs/architecture.md');
  const section = document.slice(document.indexOf('## Private members of other packages')).split('\n## ')[0]!;
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) => {
    const [member = '', , files = '', contractTest = ''] = row.split('|').slice(1, -1);
    return { member: quoted(member)[0]!, files: quoted(files), contractTest: quoted(contractTest)[0]! };
  });
}

const register = readRegister();
const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const named = (member: string): RegExp => new RegExp(`(?<![\\w])${escape(member)}(?![\\w])`);

/** Public names that start with an underscore: of MCP, of the semantic conventions, of RocketMQ's messages and of axios' errors. */
const NOT_PRIVATE = new Set(['_meta', '_OTHER', '__SHARDINGKEY', '__CANCEL__']);

describe('the register of private members', () => {
  test('has rows', () => {
    expect(register.length).toBeGreaterThan(25);
  });

  test.each(register)('$member is used in the files of its row only', ({ member, files }) => {
    const using = sources.filter(({ code }) => named(member).test(code)).map(({ file }) => file);
    expect(using.sort()).toEqual([...files].sort());
  });

  test.each(register)('$member has a contract test', ({ member, contractTest }) => {
    const text = readFileSync(path.join(root, 'test', 'internals', `${contractTest}.test.ts`), 'utf8');
    expect(text).toMatch(named(member));
  });

  test('contains every member of another object that starts with an underscore', () => {
    const members = sources.flatMap(({ file, code }) =>
      [...code.matchAll(/(?:\.|\?\.|')(_{1,2}[a-zA-Z]\w+)(?=[^\w])/g)].map(([, member]) => ({ file, member: member! })),
    );
    const listed = new Set(register.map(({ member }) => member));
    expect(members.filter(({ member }) => !listed.has(member) && !NOT_PRIVATE.has(member))).toEqual([]);
  });
});
