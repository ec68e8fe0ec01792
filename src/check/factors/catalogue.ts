import type { StaticCheck } from "../static-check.ts";
import { admin } from "./admin.ts";
import { backingServices } from "./backing-services.ts";
import { buildReleaseRun } from "./build-release-run.ts";
import { codebase } from "./codebase.ts";
import { concurrency } from "./concurrency.ts";
import { config } from "./config.ts";
import { dependencies } from "./dependencies.ts";
import { disposability } from "./disposability.ts";
import { logs } from "./logs.ts";
import { parity } from "./parity.ts";
import { portBinding } from "./port-binding.ts";
import { processes } from "./processes.ts";

/** Every check that reads, in the order of the factors. */
export const staticChecks: readonly StaticCheck[] = [
  ...codebase,
  ...dependencies,
  ...config,
  ...backingServices,
  ...buildReleaseRun,
  ...processes,
  ...portBinding,
  ...concurrency,
  ...disposability,
  ...parity,
  ...logs,
  ...admin,
];
