import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { assertSays } from './command.ts'
import type { Lab } from './lab.ts'
import { losingNothing } from './load.ts'

/** A zone becomes signed, stays so, and is signed no more, judged by delv, which is a validator by itself. */
export const promiseSigning = (signing: Test, lab: Lab): void => {
  const checkout = lab.laptop('signing')
  const { expect, expectUnanswered } = checkout
  const anchor = path.join(lab.scratch, 'anchor')

  const trustKey = (): void => {
    const keys = path.join(checkout.root, 'dnssec-keys')
    const [file = ''] = readdirSync(keys).filter((name) => name.endsWith('.key'))
    const [, key] = /DNSKEY (257 3 13) (\S+)/.exec(readFileSync(path.join(keys, file), 'utf8'))?.slice(1) ?? []
    writeFileSync(anchor, `trust-anchors { example.test. static-key 257 3 13 "${key}"; };\n`)
  }

  const questions = [
    'example.test SOA',
    'example.test DNSKEY',
    'www.example.test A',
    'absent.example.test A',
    'example.test LOC',
  ]

  /** Of each question through each lb. @returns what it says of those that are not proven. */
  const unproven = async (): Promise<readonly string[]> => {
    const asked = (await lab.fleet().lbAddresses()).flatMap((address) => questions.map((one) => ({ address, one })))
    const said = await Promise.all(
      asked.map(async ({ address, one }) => {
        const words = ['-a', anchor, '+root=example.test', `@${address}`, ...one.split(' ')]
        // its exit status says nothing
        const { stdout } = await promisify(execFile)('delv', words)
        return /fully validated/.test(stdout) ? [] : [`${one} at ${address}: ${stdout}`]
      }),
    )
    return said.flat()
  }

  signing('a zone that gets a key is signed by the next deployment, and nothing is lost', async () => {
    checkout.edit(
      'infra.config.ts',
      "  registrar: 'manual',",
      "  registrar: 'manual',\n  dnssec: { keys: 'dnssec-keys' },",
    )
    await expectUnanswered(0, 'sign-zones', 'example.test', 'on')
    checkout.commit()
    trustKey()
    const { stdout, stderr } = await losingNothing(await lab.fleet().lbAddresses(), () =>
      expect(0, 'deploy-infra', '--yes-delete'),
    )
    assertSays(stdout, /Signatures end at .* UTC, \S+\. Deploy again by /)
    assertSays(stderr, /example\.test\. is signed from then on, by key \d+\./)
    assert.equal(await unproven(), [])
  })

  signing('it is proven whichever generation serves, and each has signatures of its own', async () => {
    await losingNothing(await lab.fleet().lbAddresses(), () => expect(0, 'deploy-infra', '--keep-old'))
    assert.equal(await unproven(), [])
    await losingNothing(await lab.fleet().lbAddresses(), () => expect(0, 'rollback-infra'))
    assert.equal(await unproven(), [])
    await expectUnanswered(0, 'status')
    await expectUnanswered(0, 'check-dns', '--only', 'rrsets', 'signed', 'dnskey', 'signature-age')
  })

  signing('without its key it is signed no more', async () => {
    await expectUnanswered(0, 'sign-zones', 'example.test', 'off')
    checkout.commit()
    const { stderr } = await losingNothing(await lab.fleet().lbAddresses(), () =>
      expect(0, 'deploy-infra', '--yes-delete'),
    )
    assertSays(stderr, /example\.test\. is not signed any more; until now it is, by key \d+\./)
    assert.is((await unproven()).length, (await lab.fleet().lbAddresses()).length * questions.length)
  })
}
