import { isAlias, isMap, isScalar, isSeq, visit } from 'yaml';
import type { Document, Node, Pair, YAMLMap } from 'yaml';

const textOf = (key: unknown): string => String(isScalar(key) ? (key.source ?? String(key.value)) : key);
const isMerge = ({ key }: Pair): boolean => isScalar(key) && textOf(key) === '<<';

/** Replaces `<<` by the settings that it adds to a map. Those of the map itself take precedence. */
function expandMerges(map: YAMLMap<unknown, unknown>): void {
  const merges = map.items.filter(isMerge);
  if (merges.length === 0) return;
  const names = new Set(map.items.map(({ key }) => textOf(key)));
  const added = merges
    .flatMap(({ value }) => (isSeq(value) ? value.items : [value]))
    .filter((source) => isMap(source))
    .flatMap((source) => {
      expandMerges(source);
      return source.items;
    })
    .filter(({ key }) => {
      const isNew = !names.has(textOf(key));
      names.add(textOf(key));
      return isNew;
    });
  map.items = map.items.flatMap((pair) => (pair === merges[0] ? added : merges.includes(pair) ? [] : [pair]));
}

/**
 * Replaces aliases and merge keys by copies of what they name, so that a change to one function does not change
 * another one. A document without them stays as it is.
 */
export function expandAliases(document: Document): void {
  let isShared = false;
  visit(document, {
    Alias(_key, alias) {
      isShared = true;
      const copy = alias.resolve(document)!.clone() as Node;
      if (!isAlias(copy)) delete copy.anchor;
      return copy;
    },
    Pair(_key, pair) {
      isShared ||= isMerge(pair);
    },
  });
  if (!isShared) return;
  visit(document, {
    Map(_key, map) {
      expandMerges(map);
    },
  });
  visit(document, {
    Value(_key, node) {
      delete node.anchor;
    },
  });
}
