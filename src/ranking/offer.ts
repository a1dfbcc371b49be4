import { type Offer, type Prior, weighed } from '../kernels/best.js';

/** @param popularity by item: the model's prior. */
export function offerOf(popularity: Float64Array, offered: Uint8Array, factor?: Float64Array): Offer {
  const weight = factor ? popularity.map((score, item) => weighed(score, factor[item]!)) : popularity;
  return { offered, factor, prior: priorOf(weight, offered) };
}

/** Popularity as a prior, and the order in which it recommends. */
export function priorOf(weight: Float64Array, offered: Uint8Array): Prior {
  const items = Uint32Array.from(weight.keys()).filter((item) => offered[item] === 1);
  return { weight, order: items.sort((a, b) => weight[b]! - weight[a]! || a - b) };
}
