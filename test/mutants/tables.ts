import { go } from "./go.ts";
import { node } from "./node.ts";
import { python } from "./python.ts";
import type { Table } from "./table.ts";

/** The proof of the checks that run. */
export const tables: readonly Table[] = [node, python, go];
