import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from "yaml";
import type { Data } from "./data.ts";

/** The documents of a YAML file; none where it is not YAML, as when it is a template. */
export function parseYaml(text: string): Data[] {
  const counter = new LineCounter();
  try {
    // All scalars as their text: 3.10 is a version, and no number.
    const documents = parseAllDocuments(text, {
      schema: "failsafe",
      merge: true,
      lineCounter: counter,
      logLevel: "silent",
      uniqueKeys: false,
    });
    if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return [];
    return documents.map((document) => ({
      value: document.toJS({ maxAliasCount: 200 }),
      lineOf: (path) => {
        let node: unknown = document.contents;
        let at: Node | null = isNode(node) ? node : null;
        for (const key of path) {
          if (isAlias(node)) node = node.resolve(document);
          if (isMap(node)) {
            const pair = node.items.find(
              (item) => isScalar(item.key) && String(item.key.value) === String(key),
            );
            if (!pair) break;
            if (isNode(pair.key)) at = pair.key;
            node = pair.value;
          } else if (isSeq(node)) {
            node = node.items[Number(key)];
            if (isNode(node)) at = node;
          } else break;
        }
        return at?.range ? counter.linePos(at.range[0]).line : 1;
      },
    }));
  } catch {
    return [];
  }
}
