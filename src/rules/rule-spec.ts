/** The rules of lists as values that travel to children: numbers and texts. What is large lies in an array file beside them, by name. */
export interface RuleSpec {
  /** What has to hold for a user and an item, as `packed` made it of rules. */
  where?: unknown;
}
