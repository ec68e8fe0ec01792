import { admin } from "./checks/admin.ts";
import { backingServices } from "./checks/backing-services.ts";
import { buildReleaseRun } from "./checks/build-release-run.ts";
import { codebase } from "./checks/codebase.ts";
import { concurrency } from "./checks/concurrency.ts";
import { config } from "./checks/config.ts";
import { dependencies } from "./checks/dependencies.ts";
import { devProdParity } from "./checks/dev-prod-parity.ts";
import { disposability } from "./checks/disposability.ts";
import { logs } from "./checks/logs.ts";
import { portBinding } from "./checks/port-binding.ts";
import { processes } from "./checks/processes.ts";
import type { DynamicCheck } from "./verdict.ts";

/** Every check that runs the app, in the order of the factors. */
export const dynamicChecks: readonly DynamicCheck[] = [
  ...codebase,
  ...dependencies,
  ...config,
  ...backingServices,
  ...buildReleaseRun,
  ...processes,
  ...portBinding,
  ...concurrency,
  ...disposability,
  ...devProdParity,
  ...logs,
  ...admin,
];
