import type { Theme } from 'vitepress';
import theme from 'vitepress/theme-without-fonts';
import { onMounted } from 'vue';
import { correctSearch } from './accessible-search';
import './style.css';

export default {
  extends: theme,
  setup: () => onMounted(correctSearch),
} satisfies Theme;
