import { isMixed } from "../scenarios/trio.ts";
import { dynamicCheck, isNotTried, notTried, pass, violation } from "../verdict.ts";

const noTwin = "a second web process did not come up beside the first";

export const processes = [
  dynamicCheck("processes/cookie-hop", "trio", {
    title: "A session survives a change of process",
    asks: "Does a cookie from one process mean the same to another?",
    why: "“Sticky sessions are a violation of twelve-factor and should never be used or relied upon.”",
    fix: "Keep sessions in a store that expires them, such as Redis, or in a signed cookie.",
    fooledBy: "Sessions that begin at a route that was not asked, such as a login form.",
    judge: ({ pair }) => {
      if (pair?.twin.readiness !== "ready") return notTried(noTwin);
      const { session } = pair;
      if (!session) return notTried("no route was found that sets a cookie");
      return session.onFirst.length === 0
        ? pass
        : [
            violation(
              `A session that one process began is unknown to the other, at ${session.path}.`,
              `there: ${session.onFirst.join(", ")}; here: ${session.onTwin.join(", ")}`,
              { type: "web" },
            ),
          ];
    },
  }),
  dynamicCheck("processes/shared-data", "trio", {
    title: "What one process stores, the other has",
    asks: "Is what was created through one process listed by another?",
    why: "Processes are “stateless and share-nothing”; “any data that needs to persist must be stored in a stateful backing service”.",
    fix: "Store in the backing service before the answer is given.",
    fooledBy: "APIs that list late on purpose.",
    judge: ({ pair }) => {
      if (pair?.twin.readiness !== "ready") return notTried(noTwin);
      const { recipe, created, seenByTwin } = pair;
      if (!recipe || !created)
        return notTried("no API was found that creates something; describe one in .twelve-factor-check.json");
      if (created.status === null || created.status >= 400)
        return notTried(`${recipe.create.path} answered ${created.status}`);
      return seenByTwin
        ? pass
        : [
            violation(
              `What ${recipe.create.path} created in one process is not listed by another.`,
              `${recipe.read} does not list it`,
              { type: "web" },
            ),
          ];
    },
  }),
  dynamicCheck("processes/restart-persistence", "crash", {
    title: "Data survives a crash",
    asks: "Is what was created before a kill -9 still there after the restart?",
    why: "“Never assume that anything cached in memory or on disk will be available on a future request or job.”",
    fix: "Store in the backing service before the answer is given.",
    fooledBy: "APIs that list late on purpose.",
    judge: ({ persisted }) => {
      if (isNotTried(persisted)) return persisted;
      return persisted
        ? pass
        : [
            violation(
              "What was created before a kill -9 is gone after the restart.",
              "it was listed before, and is not now",
              { type: "web" },
            ),
          ];
    },
  }),
  dynamicCheck("processes/load-balanced", "trio", {
    title: "Every process answers alike",
    asks: "Behind a balancer over two processes, does each route give the same status every time?",
    why: "A future request “will be served by a different process”, with a high chance.",
    fix: "Keep what decides an answer in a backing service.",
    fooledBy: "Routes that count or limit requests.",
    judge: ({ pair }) => {
      if (pair?.twin.readiness !== "ready") return notTried(noTwin);
      const mixed = [...pair.balanced].filter(([, statuses]) => isMixed(statuses));
      return mixed.map(([path, statuses]) =>
        violation(`${path} answers differently, by which process was asked.`, statuses.join(", "), {
          type: "web",
        }),
      );
    },
  }),
  dynamicCheck("processes/writes-elsewhere", "traced", {
    title: "It writes nowhere on the machine",
    asks: "By its system calls, does it write to no file outside of its tree, its HOME and its TMPDIR?",
    why: "“Any data that needs to persist must be stored in a stateful backing service”; a path of the machine is shared by chance, and is gone with it.",
    fix: "Store in a backing service; for what one request needs, use TMPDIR.",
    fooledBy: "Nothing that is known.",
    judge: ({ written }) =>
      written.length === 0
        ? pass
        : [
            violation("The app writes to paths of the machine.", written.slice(0, 5).join(", "), {
              type: "web",
            }),
          ],
  }),
  dynamicCheck("processes/write-audit", "files", {
    title: "It leaves no files",
    asks: "After requests, a shutdown and a crash, are there no new files in its tree and its home?",
    why: "Memory and disk are “a brief, single-transaction cache”; the next request may be on another machine.",
    fix: "Put uploads into an object store, and what a request needs into TMPDIR until it ends.",
    fooledBy: "Caches of the runtime; those that are known are left out.",
    judge: ({ written }) => {
      const others = written.filter(({ kind }) => kind === "other").map(({ path }) => path);
      return others.length === 0
        ? pass
        : [violation("The app writes files that stay.", others.slice(0, 5).join(", "))];
    },
  }),
];
