/** A row that cannot be read, and why; the place is added by `readTable`. */
export class BadRow extends Error {}
