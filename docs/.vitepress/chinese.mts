// The words of the default theme in Chinese.
import type { LocaleSpecificConfig } from 'vitepress';
import type { ThemeConfig } from './config.mjs';
import { sidebarOf } from './pages.mjs';

export const chineseLocale: LocaleSpecificConfig<ThemeConfig> = {
  description: '面向阿里云函数计算的 OpenTelemetry 链路追踪：用装饰器追踪类形式的函数',
  themeConfig: {
    sidebar: sidebarOf('zh-CN'),
    outline: { level: [2, 3], label: '本页目录' },
    docFooter: { prev: '上一页', next: '下一页' },
    darkModeSwitchLabel: '外观',
    lightModeSwitchTitle: '切换到浅色模式',
    darkModeSwitchTitle: '切换到深色模式',
    sidebarMenuLabel: '目录',
    returnToTopLabel: '回到顶部',
    langMenuLabel: '切换语言',
    skipToContentLabel: '跳到正文',
    notFound: {
      title: '页面不存在',
      quote: '请检查网址，或从首页开始查找。',
      linkLabel: '回到首页',
      linkText: '回到首页',
    },
  },
};

/** The words of the search. */
export const chineseSearch = {
  button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
  modal: {
    displayDetails: '显示详细列表',
    resetButtonTitle: '清除',
    backButtonTitle: '关闭搜索',
    noResultsText: '没有找到：',
    footer: {
      selectText: '选择',
      selectKeyAriaLabel: '回车键',
      navigateText: '切换',
      navigateUpKeyAriaLabel: '上箭头',
      navigateDownKeyAriaLabel: '下箭头',
      closeText: '关闭',
      closeKeyAriaLabel: 'Esc 键',
    },
  },
};
