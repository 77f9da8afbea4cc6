import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readName } from '../../../../lib/dns/wire/name.ts'

const test = suite('lib/dns/wire/name')

/** The same numbers in each run. */
const createRandom = (seed: number): ((below: number) => number) => {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const escapeOctet = (octet: number): string => {
  const letter = String.fromCharCode(octet)
  if (octet < 0x21 || octet > 0x7e) return `\\${String(octet).padStart(3, '0')}`
  return '."();@$\\'.includes(letter) ? `\\${letter}` : letter
}

/** By the letter of RFC 1035 §4.1.4 and §5.1, an octet at a time; null for what is no name. */
const readSlowly = (message: Buffer, offset: number): { name: string; end: number } | null => {
  let [at, limit, end, name, octets] = [offset, offset, -1, '', 1]
  while (at < message.length) {
    const size = message[at] ?? 0
    if (size === 0) return { name: name || '.', end: end < 0 ? at + 1 : end }
    if (size >= 0xc0) {
      const target = (size - 0xc0) * 256 + (message[at + 1] ?? 0)
      if (at + 1 >= message.length || target >= limit) return null
      if (end < 0) end = at + 2
      at = target
      limit = target
      continue
    }
    octets += size + 1
    if (size > 63 || octets > 255 || at + 1 + size > message.length) return null
    name += `${[...message.subarray(at + 1, at + 1 + size)].map(escapeOctet).join('')}.`
    at += size + 1
  }
  return null
}

const readOrNull = (message: Buffer, offset: number): { name: string; end: number } | null => {
  try {
    return readName(message, offset)
  } catch {
    return null
  }
}

/** Labels, zeros and pointers, mostly whole, with all sorts of octets in them. */
const writeNames = (random: (below: number) => number): Buffer => {
  const pieces: Buffer[] = []
  const octet = (): number => (random(15) === 0 ? random(256) : (Buffer.from('abcXYZ019-_*')[random(12)] ?? 0))
  for (let count = 1 + random(8); count > 0; count--) {
    const kind = random(10)
    const size = random(12) === 0 ? random(64) : 1 + random(9)
    if (kind < 6) pieces.push(Buffer.from([size, ...Array.from({ length: size }, octet)]))
    else if (kind < 8) pieces.push(Buffer.from([0]))
    else pieces.push(Buffer.from([0xc0, random(24)]))
  }
  const whole = Buffer.concat([...pieces, Buffer.from([0])])
  return random(4) === 0 ? whole.subarray(0, random(whole.length + 1)) : whole
}

test('twenty thousand names read as the standard has it, those that are none too', () => {
  const random = createRandom(1)
  const kinds = { read: 0, escaped: 0, refused: 0 }
  for (let round = 0; round < 20_000; round++) {
    const message = writeNames(random)
    const offset = random(3) === 0 ? random(message.length + 1) : 0
    const expected = readSlowly(message, offset)
    assert.equal(readOrNull(message, offset), expected, `octets ${message.toString('hex')} from ${offset}`)
    kinds[expected === null ? 'refused' : expected.name.includes('\\') ? 'escaped' : 'read'] += 1
  }
  assert.ok(Math.min(kinds.read, kinds.escaped, kinds.refused) > 500, JSON.stringify(kinds))
})

test('255 octets are a name, 256 are none', () => {
  const labels = (last: number) =>
    Buffer.concat([63, 63, 63, last].map((size) => Buffer.from([size, ...Buffer.alloc(size, 'a')])))
  const zero = Buffer.from([0])
  assert.is(readName(Buffer.concat([labels(61), zero]), 0).end, 255)
  assert.throws(() => readName(Buffer.concat([labels(62), zero]), 0), /longer than 255/)
})

test.run()
