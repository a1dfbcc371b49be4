// All that is compiled; src/storage/compiled-kernel.ts loads it.
export * from "./pairs";
export * from "./system";
