export const KEYS = {};
export const unionWith = (keys) => keys;
