import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS, HYPER_PARAMETERS, withHyperParameter } from '../../src/model/settings.js';

const parameters = fc.constantFrom(...HYPER_PARAMETERS);

test('every numeric setting except userWeight and longestHistory has exactly one hyper-parameter', () => {
  const numbers = Object.entries(DEFAULT_SETTINGS).flatMap(([key, value]) => (typeof value === 'number' ? [key] : []));
  const named = HYPER_PARAMETERS.map(({ setting }): string => setting);
  // The longest history is an option of its own, --max-history.
  expect([...named, 'userWeight', 'longestHistory'].sort()).toEqual(numbers.sort());
  expect(new Set(HYPER_PARAMETERS.map(({ key }) => key)).size).toBe(HYPER_PARAMETERS.length);
});

test('a key is the name of its setting in kebab case', () => {
  for (const { key, setting } of HYPER_PARAMETERS) {
    expect(key).toBe(setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  }
});

test('both bounds of every range are accepted and change only their setting; values beyond them are refused', () => {
  for (const { key, setting, low, high, whole } of HYPER_PARAMETERS) {
    for (const value of [low, high]) {
      expect(withHyperParameter(DEFAULT_SETTINGS, key, ` ${value} `)).toEqual({
        ...DEFAULT_SETTINGS,
        [setting]: value,
      });
    }
    const beyond = whole ? 1 : 1e-7;
    for (const value of [low - beyond, high + high * 1e-9 + beyond]) {
      expect(() => withHyperParameter(DEFAULT_SETTINGS, key, String(value))).toThrow(RangeError);
    }
  }
});

test('a fraction is refused where a whole number is required, and words are always refused', () => {
  expect(() => withHyperParameter(DEFAULT_SETTINGS, 'neighbors', '2.5')).toThrow(
    new RangeError('neighbors is a whole number from 1 to 10000, not "2.5"'),
  );
  expect(() => withHyperParameter(DEFAULT_SETTINGS, 'power', 'much')).toThrow(
    new RangeError('power is a number from 0.1 to 10, not "much"'),
  );
  expect(withHyperParameter(DEFAULT_SETTINGS, 'lambda', '2.5').lambda).toBe(2.5);
});

test('a text becomes the value of a setting exactly if it is a number in the range', () => {
  fc.assert(
    fc.property(
      parameters,
      fc.oneof(fc.string(), fc.double().map(String)),
      ({ key, setting, low, high, whole }, text) => {
        const value = text.trim() === '' ? Number.NaN : Number(text);
        if (value >= low && value <= high && (!whole || Number.isInteger(value))) {
          expect(withHyperParameter(DEFAULT_SETTINGS, key, text)[setting]).toBe(value);
        } else {
          expect(() => withHyperParameter(DEFAULT_SETTINGS, key, text)).toThrow(RangeError);
        }
      },
    ),
  );
});

test.each(['', ' ', 'NaN', 'Infinity', '1,5', 'true'])('%j is refused', (text) => {
  expect(() => withHyperParameter(DEFAULT_SETTINGS, 'lambda', text)).toThrow(RangeError);
});

test('an unknown key is refused with a list of all keys', () => {
  expect(() => withHyperParameter(DEFAULT_SETTINGS, 'alpha', '1')).toThrow(
    new RangeError(`there is no alpha; there are ${HYPER_PARAMETERS.map(({ key }) => key).join(', ')}`),
  );
  // The names of settings in the code are not keys either.
  expect(() => withHyperParameter(DEFAULT_SETTINGS, 'basketDamping', '1')).toThrow(RangeError);
});
