import type { Episode, OutageFacts } from "../scenarios/outage.ts";
import { missingServices } from "../scenarios/outage.ts";
import { dynamicCheck, type Fault, isNotTried, notTried, risk, type Verdict, violation } from "../verdict.ts";

const none = "the app declares no backing service";

export const backingServices = [
  dynamicCheck("backing-services/located-by-config", "trio", {
    title: "Services are where config says",
    asks: "Does the app connect to each backing service at the address that its variable states?",
    why: "A backing service is “accessed via a URL or other locator/credentials stored in the config”.",
    fix: "Build every client from its variable, and from nothing else.",
    fooledBy: "Clients that connect at their first use, by a route that was not asked.",
    judge: ({ dials, usable }, lab) => {
      if (lab.resources.length === 0) return notTried(none);
      if (!usable) return notTried("the web process did not start");
      const needed = lab.variables.filter(({ processes }) => processes === null || processes.includes("web"));
      const undialled = lab.resources.filter(
        ({ variable }) => (dials.get(variable) ?? 0) === 0 && needed.some(({ name }) => name === variable),
      );
      return undialled.map(({ variable }) =>
        risk(
          `Nothing connected to the address in ${variable}.`,
          "no connection at boot, nor in the requests after it",
          { type: "web", confidence: "medium" },
        ),
      );
    },
  }),
  dynamicCheck("backing-services/no-default-address", "offline", {
    title: "No address stands in the code",
    asks: "Does the app leave the usual ports of databases and brokers on this machine alone?",
    why: "“The code for a twelve-factor app makes no distinction between local and third party services.” A localhost in the code is such a distinction.",
    fix: "Take host and port from the URL in the environment, with no fallback.",
    fooledBy: "A driver that tries its default beside the stated address.",
    judge: ({ defaultDials }) => {
      if (isNotTried(defaultDials)) return defaultDials;
      return [...defaultDials].map(([port, count]) =>
        violation(`It connects to 127.0.0.1:${port}, which no variable names.`, `${count} connection(s)`, {
          type: "web",
        }),
      );
    },
  }),
  dynamicCheck("backing-services/swap", "trio", {
    title: "A service can be swapped",
    asks: "Does a deploy whose variables name another database use that one?",
    why: "A deploy should be able “to swap out a local MySQL database with one managed by a third party without any changes to the app’s code”.",
    fix: "Keep nothing about a service in the build: its address, its credentials and its name are config.",
    fooledBy:
      "One server was shared by both deploys where only one could be had; then the address alone is looked at.",
    judge: ({ pair, dials }, lab) => {
      if (lab.resources.length === 0) return notTried(none);
      if (pair?.other.readiness !== "ready")
        return notTried("the deploy with the other database was not ready");
      return lab.resources
        .filter(
          ({ variable }) => (dials.get(variable) ?? 0) > 0 && (pair.otherDials.get(variable) ?? 0) === 0,
        )
        .map(({ variable }) =>
          violation(`With another address in ${variable}, nothing connects to it.`, "no connection", {
            type: "web",
          }),
        );
    },
  }),
  dynamicCheck("backing-services/outage", "outage", {
    title: "It survives an outage",
    asks: "When its services fall silent or break, does it stay alive and say that it is not ready?",
    why: "Backing services are attached resources, and are detached at any time: the app should report that, not hang or lie.",
    fix: "Give every call a deadline; let readiness ask each resource within one second, and liveness none.",
    fooledBy: "Apps without a readiness route, where any route that needs the service is asked instead.",
    judge: judgeOutage,
  }),
  dynamicCheck("backing-services/recovery", "outage", {
    title: "It recovers by itself",
    asks: "Is it ready within 10 s after its services have come back?",
    why: "Resources are attached “without any code changes” and at will: coming back must not take a person.",
    fix: "Reconnect with backoff and jitter; drop broken connections from the pool.",
    fooledBy: "A process that ended in the outage, which its platform would restart.",
    judge: ({ silent, dead }) => {
      const episodes = [silent, dead];
      const tried = episodes.filter((each): each is Episode => !isNotTried(each));
      if (tried.length === 0) return episodes.find(isNotTried) ?? notTried(none);
      return tried
        .filter(({ recoveredMs, exit }) => recoveredMs === null && exit === null)
        .slice(0, 1)
        .map(() =>
          violation("It is not ready 10 s after its backing services came back.", "no answer below 400", {
            type: "web",
          }),
        );
    },
  }),
  dynamicCheck("backing-services/boot-during-outage", "cold", {
    title: "It starts while a service is away",
    asks: "Started without its services, does it wait for them or end, instead of hanging in silence?",
    why: "Processes start “at a moment’s notice”, in any order; a service may come later than the app.",
    fix: "Retry with backoff and say so, or exit with an error and let the platform restart.",
    fooledBy: "Slow starts that say nothing.",
    judge: ({ exit, spoke, recoveredMs, evidence }, lab) => {
      if (exit) {
        return exit.code === 0
          ? [
              violation(
                "Started while its services are away, it ends with code 0, as if all were well.",
                evidence,
                { type: "web" },
              ),
            ]
          : [];
      }
      if (!spoke)
        return [
          violation("Started while its services are away, it hangs in silence for 30 s.", evidence, {
            type: "web",
          }),
        ];
      if (recoveredMs !== null) return [];
      return lab.resources.some(({ service }) => !service)
        ? notTried(missingServices(lab))
        : [
            risk("Started while its services are away, it is not ready 10 s after they came.", evidence, {
              type: "web",
            }),
          ];
    },
  }),
];

function judgeOutage({ silent, dead }: OutageFacts): Verdict {
  const episodes = [
    { episode: silent, words: "fall silent" },
    { episode: dead, words: "reset connections" },
  ];
  const tried = episodes.flatMap(({ episode, words }) => (isNotTried(episode) ? [] : [{ episode, words }]));
  if (tried.length === 0) return isNotTried(silent) ? silent : notTried(none);
  return tried.flatMap(({ episode, words }) => judgeEpisode(episode, words)).slice(0, 1);
}

function judgeEpisode({ live, ready, exit, readyPath, livePath }: Episode, words: string): Fault[] {
  if (exit) {
    return exit.code === 0
      ? [violation(`When its services ${words}, it ends with code 0.`, "exit code 0", { type: "web" })]
      : [];
  }
  if (livePath && live !== 200) {
    const answer = live ?? "no answer within 2 s";
    return [
      violation(
        `When its services ${words}, ${livePath} fails: the platform would restart a healthy process.`,
        `${livePath}: ${answer}`,
        { type: "web" },
      ),
    ];
  }
  if (ready === null)
    return [
      violation(`When its services ${words}, ${readyPath} hangs.`, "no answer within 5 s", { type: "web" }),
    ];
  return ready >= 500
    ? []
    : [
        risk(
          `When its services ${words}, ${readyPath} still says that all is well.`,
          `${readyPath}: ${ready}`,
          { type: "web" },
        ),
      ];
}
