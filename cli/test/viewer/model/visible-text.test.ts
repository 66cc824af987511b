import { visibleLine, visibleText } from '../../../src/viewer/model/visible-text';

test.each([
  ['admin\u202egnp.exe', 'admin⟨U+202E⟩gnp.exe'],
  ['a\u0000b\u001b[31m', 'a␀b␛[31m'],
  ['pay\u200bpal', 'pay⟨U+200B⟩pal'],
  ['pay\u200dpal', 'pay⟨U+200D⟩pal'],
  ['\ud800lone', '⟨U+D800⟩lone'],
  ['tag\u{e0041}', 'tag⟨U+E0041⟩'],
  ['\u2066x\u2069', '⟨U+2066⟩x⟨U+2069⟩'],
])('%j is shown as %s', (text, shown) => expect(visibleText(text)).toBe(shown));

test.each(['plain', '中文，标点', 'שלום', 'क्‍ष', '👩‍💻', 'é', 'two\nlines\tand a tab'])('%s is shown as it is', (text) =>
  expect(visibleText(text)).toBe(text),
);

test('a line is short, has no line breaks, and says how long the text is', () => {
  expect(visibleLine('a\n  b')).toBe('a b');
  expect(visibleLine('x'.repeat(1_000_000), 5)).toBe('xxxxx… (1,000,000)');
  expect(visibleLine('ab😀', 3)).toBe('ab… (4)');
});
