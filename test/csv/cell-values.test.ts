import { describe, expect, it } from 'vitest';
import { valuesOf } from '../../src/csv/cell-values.js';

describe('valuesOf', () => {
  it('trims and lowercases values and drops repeats and placeholders', () => {
    expect(valuesOf(' Comedy |comedy|N/A||Drama', '|')).toEqual(['comedy', 'drama']);
    expect(valuesOf('A|B', undefined)).toEqual(['a|b']);
    expect(valuesOf("['A', 'b', 'unknown']", 'list')).toEqual(['a', 'b']);
  });
});
