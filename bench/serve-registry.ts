import { openRegistry } from "../test/support/registry.ts";

// Serves tarballs until it's ended, in a process of its own: the one that measures waits for what it measures.
const { url } = await openRegistry(...process.argv.slice(2));
console.log(url);
