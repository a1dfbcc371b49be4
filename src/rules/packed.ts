type TypedArray = Uint8Array | Uint32Array | Float32Array | Float64Array;

/** Replaces the typed arrays in a value by names that begin with `name`, and puts them into `arrays` by these. */
export function packed(value: unknown, name: string, arrays: Record<string, TypedArray>): unknown {
  if (ArrayBuffer.isView(value)) {
    arrays[name] = value as TypedArray;
    return { array: name };
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [key, packed(member, `${name}.${key}`, arrays)]);
  return Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members);
}

/** The value that was packed. @throws RangeError where an array is missing. */
export function unpacked(value: unknown, arrays: Readonly<Record<string, unknown>>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((member) => unpacked(member, arrays));
  const { array } = value as { array?: unknown };
  if (typeof array === 'string') {
    if (arrays[array] === undefined) throw new RangeError(`the rules lack the array ${array}`);
    return arrays[array];
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unpacked(member, arrays)]));
}
