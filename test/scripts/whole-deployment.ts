import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Checkout, createCheckout } from './checkout.ts'
import { assertSays, expectCode, runScript } from './command.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { startTwin, type Twin } from './twin.ts'

interface Deployment {
  /** Where a processor is emulated: one pair of lb and nameserver instead of two, made once. */
  readonly isSmall?: boolean
  /** Options of local-up, which say what the machines are. */
  readonly localUp: readonly string[]
  /** Environment of the operations. */
  readonly env?: NodeJS.ProcessEnv
}

/** What is promised on machines of every kind: everything from nothing, then new nameservers, and nothing lost; on small ones the first. */
export const promiseDeployment = (test: Test, { isSmall = false, localUp, env = {} }: Deployment): void => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'deploy-'))
  let twin: Twin
  let fleet: Fleet
  let checkout: Checkout

  test.before(async () => {
    twin = await startTwin(...localUp)
    fleet = createFleet(twin, { pairs: isSmall ? 1 : 2 })
    checkout = createCheckout(path.join(scratch, 'checkout'))
    if (isSmall) makeSmall(checkout)
  })
  test.after(async () => {
    await twin?.down()
    rmSync(scratch, { recursive: true, force: true })
  })

  const run = async (name: string, ...args: readonly string[]): Promise<string> => {
    const words = ['--env-file', twin.envFile, '--yes', ...args]
    const { stdout } = await runScript(name, words, env, checkout.root).then(expectCode(0, name))
    return stdout
  }

  test('bootstrap makes everything from nothing', async () => {
    await run('bootstrap-infra')
    await fleet.assertNothingBeside()
    await fleet.everyAnswerIsOf(await fleet.generationOf('ns1'))
  })

  if (isSmall) return

  // the script itself fails when its witness saw a query lost
  test('a whole deployment replaces the nameservers and loses nothing', async () => {
    const before = await fleet.generationOf('ns1')
    const stdout = await run('deploy-infra', '--yes-delete')
    assertSays(stdout, /The witness asked all the while/)
    await fleet.assertReplaced(before)
    assert.is.not(await fleet.generationOf('lb1'), await fleet.generationOf('ns1'))
  })
}

const makeSmall = (checkout: Checkout): void => {
  checkout.edit('infra.config.ts', /.*hostname: 'ns2\..*\n/, '')
  checkout.edit('ansible/zones/example.test.zone', /.* NS +ns2\n/, '')
  checkout.edit('ansible/zones/example2.test.zone', /.* NS +ns2\..*\n/, '')
  checkout.commit()
}
