import { describe, expect, it } from 'vitest';
import { attributeColumn, groupsByAttribute, groupsByHistory } from '../../src/evaluation/groups.js';
import { ExitCode, Failure } from '../../src/failure.js';
import { rowsOf } from '../model/worlds.js';

const membersOf = (groups: { name: string; members: Uint32Array }[]) =>
  Object.fromEntries(groups.map(({ name, members }) => [name, Array.from(members)]));

describe('groupsByHistory', () => {
  it('puts every tested user into one group, including users at the bounds of a group', () => {
    const histories = [0, 1, 4, 5, 19, 20, 30];
    const train = rowsOf(
      histories.map((count) => Array.from({ length: 30 }, (_, item) => (item < count ? 1 : 0))),
      30,
    );
    expect(membersOf(groupsByHistory(train, Uint32Array.from(histories.keys())))).toEqual({
      'history 0': [0],
      'history 1-4': [1, 2],
      'history 5-19': [3, 4],
      'history 20+': [5, 6],
    });
  });

  it('numbers members by their position among the tested users, and counts dislikes as interactions', () => {
    const train = rowsOf(
      [
        [1, 0],
        [-0.5, 0],
        [0, 0],
      ],
      2,
    );
    expect(membersOf(groupsByHistory(train, Uint32Array.from([1, 2])))).toMatchObject({
      'history 0': [1],
      'history 1-4': [0],
    });
  });
});

describe('groupsByAttribute', () => {
  const attributes = {
    groups: rowsOf(
      [
        [1, 0, 1],
        [0, 1, 0],
        [0, 0, 1],
        [1, 1, 0],
      ],
      3,
    ),
    groupNames: ['country:FR', 'country:DE', 'country code:1'],
  };

  it('groups by the values of one column: users with two values are in both groups, users with none in a separate one', () => {
    expect(membersOf(groupsByAttribute(attributes, 'country', Uint32Array.from([0, 1, 2, 3])))).toEqual({
      'country:FR': [0, 3],
      'country:DE': [1, 3],
      'country: none': [2],
    });
  });

  it('leaves out values that no tested user has', () => {
    expect(membersOf(groupsByAttribute(attributes, 'country', Uint32Array.from([1])))).toEqual({ 'country:DE': [0] });
  });
});

describe('attributeColumn', () => {
  it('ignores case, spaces and punctuation, but prefers an exact match', () => {
    expect(attributeColumn('COUNTRY', ['country'])).toBe('country');
    expect(attributeColumn('age_group', ['Age Group'])).toBe('Age Group');
    expect(attributeColumn('Age', ['age', 'Age'])).toBe('Age');
  });

  it('lists the existing columns when none has the name', () => {
    const refused = () => attributeColumn('contry', ['country', 'age']);
    expect(refused).toThrow(/did you mean "country"\?.*\n.*"country", "age"/);
    expect(refused).toThrow(Failure);
    expect(refused).toThrow(expect.objectContaining({ exitCode: ExitCode.usage }));
  });

  it('explains where attributes come from when there are none', () => {
    expect(() => attributeColumn('country', [])).toThrow(/profiles/);
  });
});
