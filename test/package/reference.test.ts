import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from './fresh-process';
import { readDocument } from './markdown';

test('docs/reference is what the doc comments of src say; if not: npm run reference', async () => {
  await promisify(execFile)(process.execPath, [path.join(root, '.ci', 'reference.mjs'), '--check']);
});

test('the reference lists each public name of an entry point', async () => {
  const pages = { index: 'fc-traced', server: 'server', testing: 'testing', mcp: 'mcp' };
  for (const [entry, page] of Object.entries(pages)) {
    const exported = [...readDocument(root, `src/${entry}.ts`).matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(
      ([, names]) => names!.split(',').map((name) => name.trim()),
    );
    const text = readDocument(root, `docs/reference/${page}.md`);
    const missing = exported.filter((name) => name !== '' && !text.includes(`\`${name}\``));
    expect({ entry, missing }).toEqual({ entry, missing: [] });
  }
});
