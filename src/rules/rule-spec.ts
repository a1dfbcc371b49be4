/** The rules of lists as values that travel to children: numbers and texts. What is large lies in an array file beside them, by name. */
export type RuleSpec = Record<string, never>;
