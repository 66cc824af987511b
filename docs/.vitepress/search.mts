/**
 * Splits a text into words. Chinese has no spaces, so each pair of neighboring characters is a word: a search for
 * 冷启动 finds the texts with 冷启 and 启动. VitePress writes the function into the pages as text, so it can use nothing
 * outside of itself.
 */
export function tokenize(text: string): string[] {
  return text.split(/[\n\r\p{Z}\p{P}\p{S}]+/u).flatMap((word) =>
    (word.match(/\p{Script=Han}+|[^\p{Script=Han}]+/gu) ?? []).flatMap((part) => {
      if (!/^\p{Script=Han}{2,}$/u.test(part)) return [part];
      const characters = [...part];
      return characters.slice(1).map((character, index) => `${characters[index]!}${character}`);
    }),
  );
}
