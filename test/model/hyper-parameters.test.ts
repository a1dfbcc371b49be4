import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HYPER_PARAMETERS, withHyperParameter } from '../../src/model/hyper-parameters.js';
import { DEFAULT_SETTINGS } from '../../src/model/settings.js';

const parameters = fc.constantFrom(...HYPER_PARAMETERS);

test('every setting that is a number has one hyper-parameter, but for whether users are learned from and how much of them', () => {
  const numbers = Object.entries(DEFAULT_SETTINGS).flatMap(([key, value]) => (typeof value === 'number' ? [key] : []));
  const named = HYPER_PARAMETERS.map(({ setting }): string => setting);
  // The longest history is an option of its own, --max-history.
  expect([...named, 'userWeight', 'longestHistory'].sort()).toEqual(numbers.sort());
  expect(new Set(HYPER_PARAMETERS.map(({ key }) => key)).size).toBe(HYPER_PARAMETERS.length);
});

test('a key is its setting in the spelling of options', () => {
  for (const { key, setting } of HYPER_PARAMETERS) {
    expect(key).toBe(setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  }
});

test('the bounds of every range can be set and nothing else is changed; what is beyond them is refused', () => {
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

test('a whole number is refused with a fraction, a number of any kind in words', () => {
  expect(() => withHyperParameter(DEFAULT_SETTINGS, 'neighbors', '2.5')).toThrow(
    new RangeError('neighbors is a whole number from 1 to 10000, not "2.5"'),
  );
  expect(() => withHyperParameter(DEFAULT_SETTINGS, 'power', 'much')).toThrow(
    new RangeError('power is a number from 0.1 to 10, not "much"'),
  );
  expect(withHyperParameter(DEFAULT_SETTINGS, 'lambda', '2.5').lambda).toBe(2.5);
});

test('what is no number in the range never becomes a setting', () => {
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

test.each(['', ' ', 'NaN', 'Infinity', '1,5', 'true'])('%j is no value', (text) => {
  expect(() => withHyperParameter(DEFAULT_SETTINGS, 'lambda', text)).toThrow(RangeError);
});

test('a key that is none is answered with all there are', () => {
  expect(() => withHyperParameter(DEFAULT_SETTINGS, 'alpha', '1')).toThrow(
    new RangeError(`there is no alpha; there are ${HYPER_PARAMETERS.map(({ key }) => key).join(', ')}`),
  );
  // Settings by their inner names are none either.
  expect(() => withHyperParameter(DEFAULT_SETTINGS, 'basketDamping', '1')).toThrow(RangeError);
});

test('the defaults are in their ranges', () => {
  for (const { setting, low, high, whole } of HYPER_PARAMETERS) {
    const value = DEFAULT_SETTINGS[setting];
    expect(value >= low && value <= high && (!whole || Number.isInteger(value)), setting).toBe(true);
  }
});
