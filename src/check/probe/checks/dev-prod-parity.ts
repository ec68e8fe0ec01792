import { dynamicCheck, pass, risk, violation } from "../verdict.ts";

export const devProdParity = [
  dynamicCheck("dev-prod-parity/local-database", "files", {
    title: "No local database stands in",
    asks: "Does no SQLite or H2 file appear while the environment names a database?",
    why: "“The twelve-factor developer resists the urge to use different backing services between development and production.”",
    fix: "Use the service that the environment names, everywhere.",
    fooledBy: "Databases that are shipped as data and only read.",
    judge: ({ written }, lab) => {
      const files = written.filter(({ kind }) => kind === "database").map(({ path }) => path);
      if (files.length === 0) return pass;
      const named =
        lab.resources.length > 0 ? "though the environment names a service" : "in place of a backing service";
      return [violation(`The app keeps a database in a local file, ${named}.`, files.join(", "))];
    },
  }),
  dynamicCheck("dev-prod-parity/set-up", "development", {
    title: "Two commands bring it up for a developer",
    asks: "In a clean clone, do bin/setup and then bin/dev make the web process ready?",
    why: "The app is designed for continuous deployment “by keeping the gap between development and production small”, and who is new needs “only the language runtime and dependency manager installed as prerequisites”.",
    fix: "Let bin/setup install and write local values, and bin/dev release and start every process type.",
    fooledBy: "Services that only a container engine could start, and that no URL in the environment names.",
    judge: ({ setUp, ready, evidence }) => {
      if (!setUp) return [risk("bin/setup fails in a clean clone.", evidence)];
      return ready ? pass : [risk("After bin/setup, bin/dev does not make the app ready.", evidence)];
    },
  }),
  dynamicCheck("dev-prod-parity/image", "image", {
    title: "Its image is the same app",
    asks: "Does the image of the Dockerfile become ready with the same config, and answer as the app does on the host?",
    why: "One build goes through all deploys: what runs in a container is to be what was tested outside of it.",
    fix: "Build the image from the same lockfile and with the same commands as the Procfile.",
    fooledBy: "Routes that are served by another container.",
    judge: ({ built, ready, evidence, different, leaks }) => {
      if (!built) return [violation("The image cannot be built.", evidence)];
      if (leaks.length > 0) return [violation("The image holds secrets.", leaks.join(", "))];
      if (!ready) return [violation("The image does not become ready.", evidence)];
      return different.length === 0
        ? pass
        : [risk("The image answers otherwise than the app on the host.", different.join("; "))];
    },
  }),
];
