import { dynamicCheck, pass, violation } from "../verdict.ts";

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
];
