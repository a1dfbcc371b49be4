import { DEFAULT_SETTINGS, type Settings } from './settings.js';

/** A named choice of settings, and where the method comes from. */
export interface Algorithm {
  name: string;
  /** What it does, in a line. */
  summary: string;
  paper: string;
  settings: Readonly<Settings>;
}

/** Methods from papers run as published: all items of a history count alike, and popularity only fills up the lists. */
const AS_PUBLISHED: Partial<Settings> = {
  recency: 0,
  popularityWeight: 0,
  popularityHalfLife: 0,
  popularityGrowth: 0,
  attributeWeight: 0,
};

/** The same, and all pairs count alike, however much else their users have. */
const BY_PAIRS: Partial<Settings> = { ...AS_PUBLISHED, basketDamping: 0 };

const COSINE_DAMPING = dampedBy(0.5);

export const ALGORITHMS: readonly Algorithm[] = [
  {
    name: 'ridge',
    summary: 'ridge regression of each item on its 200 closest items; the fixed defaults',
    paper: 'Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019, made sparse row by row',
    settings: DEFAULT_SETTINGS,
  },
  {
    name: 'cooccurrence',
    summary: 'what the same people also had, with popular items and long histories damped; no regression',
    paper: 'Deshpande and Karypis, "Item-based top-N recommendation algorithms", TOIS 2004',
    settings: settingsOf({
      method: 'normalised',
      basketDamping: 0.75,
      sourceDamping: 0.7,
      targetDamping: 0.25,
    }),
  },
  {
    name: 'cosine',
    summary: 'item-based collaborative filtering with cosine similarity',
    paper: 'Sarwar et al., "Item-based collaborative filtering recommendation algorithms", WWW 2001',
    settings: settingsOf({ ...BY_PAIRS, ...COSINE_DAMPING, method: 'normalised', weighting: 'binary' }),
  },
  {
    name: 'tfidf',
    summary: 'cosine, with users weighted by inverse frequency: those with long histories count less',
    paper: 'Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988',
    settings: settingsOf({ ...BY_PAIRS, ...COSINE_DAMPING, method: 'normalised', weighting: 'tfidf' }),
  },
  {
    name: 'bm25',
    summary: 'inner products weighted by Okapi BM25; items are documents, users are terms',
    paper: 'Robertson and Zaragoza, "The probabilistic relevance framework: BM25 and beyond", 2009',
    settings: settingsOf({ ...BY_PAIRS, ...dampedBy(0), method: 'normalised', weighting: 'bm25' }),
  },
  {
    name: 'jaccard',
    summary: 'users who had both items, divided by users who had either',
    paper: 'Jaccard, "The distribution of the flora in the alpine zone", 1912',
    settings: settingsOf({ ...BY_PAIRS, method: 'jaccard', weighting: 'binary' }),
  },
  {
    name: 'rp3beta',
    summary: 'random walks of three steps from the user, with popular items damped',
    paper: 'Paudel et al., "Updatable, accurate, diverse, and scalable recommendations", TiiS 2016',
    settings: settingsOf({
      ...AS_PUBLISHED,
      method: 'normalised',
      weighting: 'binary',
      basketDamping: 1,
      sourceDamping: 1,
      targetDamping: 0.3,
      candidateDamping: 0.3,
    }),
  },
  {
    name: 'ease',
    summary: 'exact EASE over all items, dense: for at most 8,000 items',
    paper: 'Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019',
    settings: settingsOf({
      ...BY_PAIRS,
      method: 'ease',
      weighting: 'binary',
      sourceDamping: 0,
      targetDamping: 0,
      lambda: 10,
    }),
  },
  {
    name: 'als',
    summary: 'alternating least squares with 64 factors and confidences; to compare with, slower than the rest',
    paper: 'Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008',
    settings: settingsOf({ ...AS_PUBLISHED, method: 'als', lambda: 50, lowRankWeight: 1 }),
  },
  {
    name: 'content',
    summary: 'items that share attributes and words with the history; ignores what others did',
    paper: 'Lops, de Gemmis and Semeraro, "Content-based recommender systems", 2011',
    settings: settingsOf({
      method: 'normalised',
      userWeight: 0,
      attributeWeight: 1,
      ...COSINE_DAMPING,
      popularityWeight: 0,
    }),
  },
  {
    name: 'last-item',
    summary: 'what people had next after their latest items; needs times',
    paper: 'Rendle et al., "Factorizing personalized Markov chains for next-basket recommendation", WWW 2010',
    settings: settingsOf({ ...AS_PUBLISHED, method: 'none', follow: 1 }),
  },
  {
    name: 'popular',
    summary: 'the items that most people had: the same for everyone, without what they have',
    paper: 'Cremonesi, Koren and Turrin, "Performance of recommender algorithms on top-N tasks", RecSys 2010',
    settings: settingsOf({ ...AS_PUBLISHED, method: 'none', popularityWeight: 1 }),
  },
];

/** @returns undefined where there is no algorithm of that name. */
export function algorithmNamed(name: string): Algorithm | undefined {
  return ALGORITHMS.find((algorithm) => algorithm.name === name);
}

/** Divides out the popularity of both items of a pair by this exponent. */
function dampedBy(exponent: number) {
  return { sourceDamping: exponent, targetDamping: exponent, candidateDamping: exponent };
}

function settingsOf(changes: Partial<Settings>): Readonly<Settings> {
  return Object.freeze({ ...DEFAULT_SETTINGS, lowRankWeight: 0, ...changes });
}
