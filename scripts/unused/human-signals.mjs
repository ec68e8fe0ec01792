export const signalsByName = new Proxy({}, { get: (_, name) => ({ description: String(name) }) });
