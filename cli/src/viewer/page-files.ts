import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The built page: one script and one style sheet. */
export interface PageFiles {
  readonly script: string;
  readonly style: string;
}

// Beside the bundle, beside the folder of this file in the build, or the build as seen from the sources.
const FOLDERS = ['page', '../page', '../../dist/page'].map((folder) => join(__dirname, folder));

let files: PageFiles | undefined;

/** Reads the built page. Throws if the tools were not built. */
export function pageFiles(): PageFiles {
  if (files !== undefined) return files;
  const folder = FOLDERS.find((candidate) => existsSync(join(candidate, 'app.js')));
  if (folder === undefined) throw new Error("the viewer's page is missing: run npm run build");
  files = {
    script: readFileSync(join(folder, 'app.js'), 'utf8'),
    style: readFileSync(join(folder, 'app.css'), 'utf8'),
  };
  return files;
}

/** What the head of the page contains. The page itself is created by its script. */
export function pageHtml(head: string, body = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>fc-traced</title>
<link rel="icon" href="data:,">
${head}
</head>
<body>
${body}</body>
</html>
`;
}
