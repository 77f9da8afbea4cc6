/** Who still asks an lb, a line each; empty when nobody did within the last hour. */
export const describeTalkers = (
  lb: string,
  talkers: readonly { readonly address: string; readonly packets: number }[],
): readonly string[] => {
  if (talkers.length === 0) return [`${lb}: nobody asked within the last hour`]
  const shown = talkers.slice(0, 5).map(({ address, packets }) => `${address} (${packets})`)
  return [`${lb}: asked most within the last hour, with the questions since the first: ${shown.join(', ')}`]
}
