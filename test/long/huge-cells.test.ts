import { testBadInput } from '../cli/bad-input.js';
import { HUGE_CASES } from '../cli/bad-input-cases.js';

testBadInput(HUGE_CASES);
