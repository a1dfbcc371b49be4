// All that is compiled; src/storage/compiled-kernel.ts loads it.
export * from "./events";
export * from "./sums";
export * from "./system";
