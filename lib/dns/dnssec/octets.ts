/** The octets of data in the form of a type whose inside is not known: `\# 4 0A000001` (RFC 3597 §5). */
export const octetsOf = (rdata: string): Buffer => Buffer.from(rdata.split(' ')[2] ?? '', 'hex')
