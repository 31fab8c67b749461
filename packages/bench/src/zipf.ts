const exponent = 0.99;

/** A rank from 0 by Zipf's law with exponent 0.99, drawn by inverting its integral: close enough for a load. */
export const zipfRank = (chance: () => number, ranks: number): number => {
  const power = 1 - exponent;
  return Math.min(ranks - 1, Math.floor((chance() * (ranks ** power - 1) + 1) ** (1 / power)) - 1);
};
