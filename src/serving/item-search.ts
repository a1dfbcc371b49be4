import type { ServedModel } from './served-model.js';

/** Finds items by a part of their id or title, whatever its case and accents. */
export class ItemSearch {
  readonly #model: ServedModel;
  /** By item: "\nid\ntitle\n", folded. */
  readonly #texts: readonly string[];

  constructor(model: ServedModel) {
    this.#model = model;
    const { itemIds, titles } = model.names;
    this.#texts = itemIds.map((id, item) => `\n${folded(id)}\n${folded(titles[item] ?? '')}\n`);
  }

  /** Items that are called so come first, then those that begin so, each by popularity. @returns the first `n`, and how many there are. */
  find(text: string, n: number) {
    const { itemIds, titles, offered } = this.#model.names;
    const { prior } = this.#model.model.scales;
    const wanted = folded(text);
    const found = this.#texts.flatMap((texts, item) => {
      if (!texts.includes(wanted)) return [];
      return { item, rank: texts.includes(`\n${wanted}\n`) ? 0 : texts.includes(`\n${wanted}`) ? 1 : 2 };
    });
    found.sort((a, b) => a.rank - b.rank || (prior[b.item] ?? 0) - (prior[a.item] ?? 0) || a.item - b.item);
    const items = found
      .slice(0, n)
      // Offered is what the catalogue has.
      .map(({ item }) => ({ item_id: itemIds[item], title: titles[item], offered: offered[item] === 1 }));
    return { items, found: found.length };
  }
}

function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
