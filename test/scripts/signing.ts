import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { getTwin } from '../../local/twin/record.ts'
import { assertSays } from './command.ts'
import type { Lab } from './lab.ts'
import { type Validators, validatorsOf } from './validators.ts'

/** The whole life of a signed zone, below a signed root, under the eyes of three validators that lose nothing on the way. */
export const promiseSigning = (signing: Test, lab: Lab): void => {
  const checkout = lab.laptop('signing')
  const { expect, expectUnanswered } = checkout
  const anchor = path.join(lab.scratch, 'anchor')
  let validators: Validators

  signing.before(async () => {
    validators = validatorsOf((await getTwin(lab.twin().state)).layout.internet)
  })

  const publicKeys = (folder: string): readonly string[] =>
    readdirSync(path.join(checkout.root, 'dnssec-keys', folder)).filter((name) => name.endsWith('.key'))

  const trustKey = (): void => {
    const [file = ''] = publicKeys('.')
    const text = readFileSync(path.join(checkout.root, 'dnssec-keys', file), 'utf8')
    const [, key] = /DNSKEY (257 3 13) (\S+)/.exec(text)?.slice(1) ?? []
    writeFileSync(anchor, `trust-anchors { example.test. static-key 257 3 13 "${key}"; };\n`)
  }

  const questions = [
    'example.test SOA',
    'example.test DNSKEY',
    'www.example.test A',
    'absent.example.test A',
    'example.test LOC',
  ]

  /** Of each question through each lb, by the key at hand alone. @returns what delv says of those that are not proven. */
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

  /** As far as it gets, which is to the next deployment or the end. */
  const sign = async (deed: 'on' | 'off' | 'roll'): Promise<string> => {
    const { stdout } = await expect(0, 'sign-zones', 'example.test', deed, '--wait')
    if (/deploy-infra/.test(stdout)) checkout.commit()
    return stdout
  }

  const deploy = (...words: readonly string[]) => expect(0, 'deploy-infra', ...words)

  /** Not one question of any validator is refused or lost meanwhile. */
  const seen = (work: () => Promise<void>) => async (): Promise<void> => {
    const stream = validators.load()
    await work().finally(async () => {
      const { asked, faults } = await stream.stop()
      assert.ok(asked > 10, `${asked} questions`)
      assert.equal(faults, [])
    })
  }

  signing('validators find it unsigned', async () => {
    await expect(0, 'bootstrap-infra', '--register')
    assert.equal(await validators.settle('insecure'), [])
  })

  signing(
    'a zone that gets a key is signed by the next deployment',
    seen(async () => {
      checkout.edit(
        'infra.config.ts',
        "  registrar: 'manual',",
        "  registrar: 'manual',\n  dnssec: { keys: 'dnssec-keys', keyTtlSeconds: 5 },",
      )
      assertSays(await sign('on'), /is signed from the next deployment on/)
      trustKey()
      const { stdout, stderr } = await deploy('--yes-delete')
      assertSays(stdout, /Signatures end at .* UTC, \S+\. Deploy again by /)
      assertSays(stderr, /example\.test\. is signed from then on, by key \d+\./)
      assert.equal(await unproven(), [])
      assert.equal(await validators.settle('insecure'), [])
    }),
  )

  signing(
    'its parent takes it for signed once no cache holds anything else',
    seen(async () => {
      assertSays(await sign('on'), /is secure: every server of its parent has the DS record of key \d+/)
      assert.equal(await validators.settle('secure', ['unbound', 'behind']), [])
      await expectUnanswered(0, 'status')
      await expectUnanswered(0, 'check-dns', '--only', 'rrsets', 'signed', 'dnskey', 'signature-age', 'ds')
    }),
  )

  signing(
    'it is proven whichever generation serves, with NSEC3 and with NSEC',
    seen(async () => {
      checkout.edit('infra.config.ts', 'keyTtlSeconds: 5 }', "keyTtlSeconds: 5, denial: 'nsec' }")
      checkout.edit(
        'ansible/zones/example.test.zone',
        'mail          A      192.0.2.25',
        'mail          A      192.0.2.26',
      )
      checkout.commit()
      await deploy('--keep-old')
      assert.equal([...(await unproven()), ...(await validators.settle('secure'))], [])
      await expect(0, 'rollback-infra')
      assert.equal([...(await unproven()), ...(await validators.settle('secure'))], [])
    }),
  )

  signing(
    'another key takes the place of its key, between two deployments',
    seen(async () => {
      assertSays(await sign('roll'), /deploy-infra comes next/)
      assert.equal([publicKeys('.').length, publicKeys('leaving').length], [1, 1])
      await deploy('--yes-delete')
      assertSays(await sign('roll'), /deploy-infra comes next/)
      assert.equal([publicKeys('leaving'), publicKeys('retired').length], [[], 1])
      await deploy('--yes-delete')
      trustKey()
      assert.equal([...(await unproven()), ...(await validators.settle('secure'))], [])
    }),
  )

  signing(
    'lbs are rotated while it is signed',
    seen(async () => {
      await expect(0, 'rotate-lbs', '--yes-delete', '--wait')
      assert.equal([...(await unproven()), ...(await validators.settle('secure'))], [])
    }),
  )

  signing(
    'without its key it is signed no more, which is refused until no cache holds its DS record',
    seen(async () => {
      assertSays(await sign('off'), /deploy-infra comes next/)
      const { stderr } = await deploy('--yes-delete')
      assertSays(stderr, /example\.test\. is not signed any more; until now it is, by key \d+\./)
      assertSays(await sign('off'), /is not signed, and no parent takes it for signed/)
      assert.equal(await validators.settle('insecure'), [])
    }),
  )

  signing('a DS record that comes without a key is fatal at every validator, and is told', async () => {
    const { endpoint, token } = lab.twin().registrar
    const setDs = async (ds: readonly string[]): Promise<void> => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      await fetch(`${endpoint}/domains/example.test/ds`, { method: 'PUT', headers, body: JSON.stringify({ ds }) })
    }
    await setDs([`4711 13 2 ${'AB'.repeat(32)}`])
    try {
      await expectUnanswered(3, 'status')
      assert.equal(await validators.settle('bogus'), [])
    } finally {
      await setDs([])
    }
  })
}
