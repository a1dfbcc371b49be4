// All compiled loops; src/kernels/program.ts loads them.
export { best } from "./best";
export * from "./blocks";
export { choose } from "./choose";
export { count16, count32, counted16, counted32, largest16, largest32 } from "./counts";
export * from "./events";
export { order } from "./order";
export * from "./products";
export * from "./sums";
export * from "./systems";
