/**
 * A name as on the wire, uncompressed (RFC 1035 §3.1).
 * @param name canonical: absolute, in lower case, with escapes as `readName` writes them.
 */
export const encodeName = (name: string): Buffer => {
  const labels: Buffer[] = []
  for (const [, label = ''] of name.matchAll(/((?:\\\d{3}|\\.|[^.\\])+)\./g)) {
    const octets = Buffer.from(label.replace(/\\(\d{3})|\\(.)/g, unescapeOctet), 'latin1')
    labels.push(Buffer.from([octets.length]), octets)
  }
  return Buffer.concat([...labels, Buffer.from([0])])
}

const unescapeOctet = (_all: string, decimal: string | undefined, character: string): string =>
  decimal === undefined ? character : String.fromCharCode(Number(decimal))
