// The documentation site: the Markdown files of the repository that `sidebar.json` lists, built by VitePress.
// `npm run docs` builds it into docs/.vitepress/dist, `npm run docs:dev` serves it while pages are written.
import { fileURLToPath } from 'node:url';
import { defineConfigWithTheme } from 'vitepress';
import type { DefaultTheme, MarkdownOptions, Plugin } from 'vitepress';
import { chineseLocale, chineseSearch } from './chinese.mjs';
import { files, pageOf, sidebarOf, translatedPages } from './pages.mjs';
import { tokenize } from './search.mjs';
import { finishLinks, rewriteLinks } from './source-links.mjs';

const local = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** The folder of the site on its server, such as `/fc-traced/`. */
const base = process.env['DOCS_BASE'] ?? '/';

type Highlighter = Parameters<NonNullable<MarkdownOptions['shikiSetup']>>[0];

const codeThemes = { light: 'github-light-high-contrast', dark: 'github-dark-default' } as const;

/** What the theme needs besides the default theme's configuration. */
export interface ThemeConfig extends DefaultTheme.Config {
  /** The pages that exist in both languages, by their path in the English part. */
  readonly translated?: readonly string[];
}

export default defineConfigWithTheme<ThemeConfig>({
  title: 'fc-traced',
  description: 'OpenTelemetry tracing for class handlers on Alibaba Cloud Function Compute',
  base,
  srcDir: '..',
  outDir: local('dist'),
  cacheDir: local('cache'),
  srcExclude: ['**/node_modules/**', '**/dist/**', '**/dist.*/**', '**/coverage/**', '**/test/**'],
  rewrites: Object.fromEntries(files.map((file) => [file, pageOf(file)])),
  cleanUrls: false,
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}favicon.svg` }],
    ['meta', { name: 'theme-color', content: '#0f766e' }],
  ],
  locales: {
    root: { label: 'English', lang: 'en' },
    ...(sidebarOf('zh-CN').length > 0 && { 'zh-CN': { label: '简体中文', lang: 'zh-CN', ...chineseLocale } }),
  },
  themeConfig: {
    translated: translatedPages(),
    sidebar: sidebarOf('en'),
    outline: { level: [2, 3] },
    externalLinkIcon: true,
    search: {
      provider: 'local',
      options: {
        miniSearch: { options: { tokenize }, searchOptions: { fuzzy: 0.15, prefix: true } },
        locales: { 'zh-CN': { translations: chineseSearch } },
      },
    },
  },
  markdown: {
    config: rewriteLinks,
    theme: { ...codeThemes },
    shikiSetup: prepareHighlighter,
    anchor: { slugify },
  },
  vite: {
    publicDir: local('public'),
    // The index of the search is loaded when somebody searches.
    build: { chunkSizeWarningLimit: 4_000 },
    server: { watch: { ignored: ['**/dist/**', '**/dist.*/**', '**/coverage/**', '**/cache/**'] } },
    resolve: {
      // The language switch of the default theme would link to pages that are not translated.
      alias: [{ find: /^.*\/composables\/langs$/, replacement: local('theme/languages.ts') }],
    },
    plugins: [
      searchReadmeInChinese(),
      {
        name: 'packages-of-the-site',
        enforce: 'pre',
        // Pages are outside of this folder, which has the packages.
        resolveId(source, _importer, { ssr }) {
          if (!/^vue(\/|$)/.test(source)) return undefined;
          return ssr
            ? { id: source, external: true }
            : this.resolve(source, local('theme/index.ts'), { skipSelf: true });
        },
      },
    ],
  },
  buildEnd: ({ outDir }) => finishLinks(outDir),
});

/** Returns the anchor of a heading, as GitHub makes it, so that links work in both places. */
function slugify(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/ /g, '-');
}

const SAMPLE = `import { Traced } from 'fc-traced';
@Service()
export class Stock extends Base<number> {
  constructor(private readonly store: Store) {}
  @Traced({ attributes: (sku: string) => ({ sku }) }) async find(sku: string): Promise<number> {
    return \`\${sku} of\`;
  }
}`;

/**
 * Highlights some code before the first page. The highlighter gives up on a line after half a second, and its first use
 * compiles its expressions, which takes longer on a slow machine.
 */
function prepareHighlighter(highlighter: Highlighter): void {
  for (const lang of ['ts', 'yaml', 'json', 'sh', 'js'] as const) {
    for (const theme of Object.values(codeThemes)) {
      highlighter.codeToTokensBase(SAMPLE, { lang, theme, tokenizeTimeLimit: 0 });
    }
  }
}

/**
 * Adds the Chinese README to the Chinese index of the search. VitePress derives the language from the path of the file,
 * which has to contain the folder of the language, and not from the path of the page.
 */
function searchReadmeInChinese(): Plugin {
  const INDEX = '/@localSearchIndex';
  let site: { pages: string[] };
  let pages: string[];
  return {
    name: 'search-readme-in-chinese',
    enforce: 'pre',
    configResolved(config) {
      site = (config as unknown as { readonly vitepress: typeof site }).vitepress;
      pages = site.pages;
    },
    load(id) {
      if (!id.startsWith(INDEX)) return;
      const inFolder = (page: string): string => (page === 'README.zh-CN.md' ? `docs/zh-CN/../../${page}` : page);
      // The first request makes all indexes, those after it return them.
      site.pages = id === INDEX ? pages.map(inFolder) : pages;
    },
  };
}
