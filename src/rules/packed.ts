/** Typed arrays by name, as an array file has them. */
export type PackedArrays = Record<string, Uint8Array | Uint32Array | Float32Array | Float64Array>;

/**
 * A value in the form that is sent to children: JSON, and the typed arrays that were in it. @param value may hold objects, lists, texts,
 * finite numbers and typed arrays.
 */
export function packed(value: unknown) {
  const arrays: PackedArrays = {};
  const spec = JSON.stringify(value, (_, part) => {
    if (!ArrayBuffer.isView(part)) return part;
    const array = `rules.${Object.keys(arrays).length}`;
    arrays[array] = part as PackedArrays[string];
    return { array };
  });
  return { spec, arrays };
}

/** Restores the value. @throws RangeError where an array is missing. */
export function unpacked({ spec, arrays }: ReturnType<typeof packed>): unknown {
  return JSON.parse(spec, (_, part) => {
    if (typeof part?.array !== 'string') return part;
    const array = arrays[part.array];
    if (array) return array;
    throw new RangeError(`the rules lack the array "${part.array}"`);
  });
}
