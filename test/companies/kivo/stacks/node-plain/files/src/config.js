/** The environment, read and checked once; every problem is named, and no value. */
export function readConfig(env, names) {
  const problems = [];
  const integer = (name, preset, most) => {
    const text = env[name] ?? preset;
    if (text === undefined) problems.push(`${name} is missing`);
    else if (!/^\d+$/.test(text) || Number(text) > most)
      problems.push(`${name} is no whole number up to ${most}`);
    return Number(text);
  };
  const config = {
    port: names.includes("PORT") ? integer("PORT", undefined, 65_535) : 0,
    graceMs: names.includes("SHUTDOWN_GRACE_MS") ? integer("SHUTDOWN_GRACE_MS", "8000", 600_000) : 0,
  };
  if (problems.length === 0) return config;
  throw new Error(`The environment can't be used: ${problems.join("; ")}.`);
}
