export async function* registry() {}
