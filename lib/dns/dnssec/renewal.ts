/** The share of their time after which signatures should have been made anew: the rest is for whoever is told. */
const share = 2 / 3

/** By when signatures should be made anew. All are Unix times in seconds. */
export const renewalOf = (begin: number, end: number): number => begin + share * (end - begin)
