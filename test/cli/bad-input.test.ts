import { testBadInput } from './bad-input.js';
import { CASES } from './bad-input-cases.js';

testBadInput(CASES);
