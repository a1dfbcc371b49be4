// All that is compiled; src/storage/compiled-kernel.ts loads it.
export * from "./sums";
export * from "./system";
