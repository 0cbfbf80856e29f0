type Fields = Record<string, unknown>;

/**
 * Patches an object as Kubernetes' strategic merge does: maps merge, lists whose items have names merge by them, other
 * lists are replaced. What is `undefined` is taken away, and so is an item that says `$patch: 'delete'`.
 */
export function applyPatch(target: unknown, patch: unknown): unknown {
  if (isNamed(target) && isNamed(patch)) return patchItems(target, patch);
  if (!isFields(target) || !isFields(patch)) return patch;
  const merged: Fields = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) Reflect.deleteProperty(merged, key);
    else merged[key] = key in merged ? applyPatch(merged[key], value) : value;
  }
  return merged;
}

function patchItems(items: readonly Fields[], patches: readonly Fields[]): Fields[] {
  const find = (list: readonly Fields[], { name }: Fields) => list.find((item) => item.name === name);
  return [
    ...items.map((item) => applyPatch(item, find(patches, item) ?? {}) as Fields),
    ...patches.filter((patch) => !find(items, patch)),
  ].filter((item) => item.$patch !== 'delete');
}

function isNamed(value: unknown): value is Fields[] {
  return Array.isArray(value) && value.every((item) => isFields(item) && 'name' in item);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
