import type { ServedModel } from './served-model.js';

/**
 * Finds items by a part of their id or title, whatever its case and accents. Exact matches come first, then matches at the beginning, then
 * all others, each by popularity. @returns a function that gives the first `n` items, and how many there are.
 */
export function itemSearch({ names: { itemIds, titles, offered }, model: { scales } }: ServedModel) {
  // By item: "\nid\ntitle\n", folded.
  const texts = itemIds.map((id, item) => `\n${folded(id)}\n${folded(titles[item] ?? '')}\n`);
  return (text: string, n: number) => {
    const wanted = folded(text);
    const found = texts.flatMap((own, item) => {
      if (!own.includes(wanted)) return [];
      return { item, rank: own.includes(`\n${wanted}\n`) ? 0 : own.includes(`\n${wanted}`) ? 1 : 2 };
    });
    const { prior } = scales;
    found.sort((a, b) => a.rank - b.rank || (prior[b.item] ?? 0) - (prior[a.item] ?? 0) || a.item - b.item);
    const items = found
      .slice(0, n)
      // `offered` says whether the catalogue has the item.
      .map(({ item }) => ({ item_id: itemIds[item], title: titles[item], offered: offered[item] === 1 }));
    return { items, found: found.length };
  };
}

function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
