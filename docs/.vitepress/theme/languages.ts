// Replaces a composable of the default theme. A page that is not translated links to the first page of the other
// language.
import { useData } from 'vitepress';
import { computed } from 'vue';
import type { ComputedRef } from 'vue';
import type { ThemeConfig } from '../config.mjs';

interface Link {
  readonly text?: string;
  readonly label?: string;
  readonly link: string;
}

export function useLangs({ correspondingLink = false } = {}): {
  localeLinks: ComputedRef<Link[]>;
  currentLang: ComputedRef<Link>;
} {
  const { site, localeIndex, page, theme, hash } = useData<ThemeConfig>();
  const start = (language: string): string => (language === 'root' ? '/' : `/${language}/`);
  const currentLang = computed(() => ({
    label: site.value.locales[localeIndex.value]?.label,
    link: start(localeIndex.value),
  }));
  const localeLinks = computed(() =>
    Object.entries(site.value.locales)
      .filter(([language]) => language !== localeIndex.value)
      .map(([language, { label }]) => {
        const own = page.value.relativePath.slice(start(localeIndex.value).length - 1);
        const exists = correspondingLink && theme.value.translated?.includes(own) === true;
        const address = own.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '.html');
        return { text: label, link: exists ? `${start(language)}${address}${hash.value}` : start(language) };
      }),
  );
  return { localeLinks, currentLang };
}
