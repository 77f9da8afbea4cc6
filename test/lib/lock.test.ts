import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Clock } from '../../lib/clock.ts'
import { InfraError } from '../../lib/errors.ts'
import { createHcloud } from '../../lib/hcloud/client.ts'
import { describeRunning, findRunningOperation, type LockOptions, waitForOthers, withLock } from '../../lib/lock.ts'
import { type RunningCloud, startCloud } from '../../local/cloud/serve.ts'
import { createFakeMachines } from '../../local/machines/fake.ts'

const lock = suite('lib/lock')

let cloud: RunningCloud
lock.before(async () => {
  cloud = await startCloud({
    machines: createFakeMachines(),
    pools: { ipv4: '198.18.1.0/24', ipv6: '2001:2:0:100::/56' },
  })
})
lock.after(() => cloud.close())

/** Time that passes only while somebody sleeps. */
const fastClock = (): Clock & { pass(ms: number): void } => {
  let now = Date.now()
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms
    },
    pass: (ms) => {
      now += ms
    },
  }
}

const optionsWith = (changes: Partial<LockOptions> = {}): LockOptions & { said: string[] } => {
  const said: string[] = []
  return {
    hcloud: createHcloud({ endpoint: cloud.endpoint, token: 't' }),
    clock: fastClock(),
    project: 'example',
    operation: 'deploy-infra',
    waitMs: 0,
    signal: new AbortController().signal,
    say: (text) => said.push(text),
    said,
    ...changes,
  }
}

const group = () => optionsWith().hcloud.placementGroups.find('example-lock')
const refusalOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

lock('is there while the work runs, names its holder, and is gone afterwards', async () => {
  await withLock(optionsWith(), async () => {
    const labels = (await group())?.labels
    assert.is(labels?.operation, 'deploy-infra')
    assert.is(labels?.pid, String(process.pid))
    assert.is(labels?.project, 'example')
  })
  assert.is(await group(), undefined)
})

lock('who only looks is told who holds it and since when, and nothing of a run that died', async () => {
  const options = optionsWith()
  assert.is(await findRunningOperation(options), undefined)
  await withLock(options, async () => {
    const running = await findRunningOperation(options)
    assert.is(running?.operation, 'deploy-infra')
    assert.match(running?.who ?? '', new RegExp(`pid ${process.pid}`))
    assert.ok(Math.abs((running?.since ?? 0) - options.hcloud.now() / 1000) < 5)
  })
  const left = { project: 'example', user: 'me', host: 'gone', pid: '1', operation: 'deploy-infra', expires: '1' }
  const { id } = await options.hcloud.placementGroups.create({ name: 'example-lock', type: 'spread', labels: left })
  assert.is(await findRunningOperation(options).finally(() => options.hcloud.placementGroups.delete(id)), undefined)
})

lock('is gone after a failure too, and the failure is what rises', async () => {
  const failure = new Error('broken')
  assert.is(await refusalOf(withLock(optionsWith(), () => Promise.reject(failure))), failure)
  assert.is(await group(), undefined)
})

lock('a second run fails with 6 and is told who holds it', async () => {
  await withLock(optionsWith({ operation: 'update-lbs' }), async () => {
    const error = await refusalOf(withLock(optionsWith(), async () => undefined))
    assert.instance(error, InfraError)
    assert.is((error as InfraError).exitCode, 6)
    const running = await findRunningOperation(optionsWith())
    assert.ok(running)
    assert.is(
      (error as InfraError).message.replace(/for \d+ s/, ''),
      `Locked: ${describeRunning(running).replace(/for \d+ s/, '')}`,
    )
    assert.match((error as InfraError).hint ?? '', /--lock-wait SECONDS.* its lock ends in 1 min/)
  })
})

lock('who is at work is told by the clock and by how long that is', () => {
  const running = { operation: 'rotate-lbs', who: 'ann@laptop (pid 7)', since: 1_795_000_000, ageSeconds: 250 }
  const words = 'rotate-lbs is at work, since 11:06:40 UTC, 2026-11-18 (for 4 min 10 s), by ann@laptop (pid 7)'
  assert.is(describeRunning(running), words)
})

lock('who waits for others goes on at once when nobody is at work, and takes nothing', async () => {
  await waitForOthers(optionsWith())
  assert.is(await group(), undefined)
  await withLabels({ pid: deadPid }, () => waitForOthers(optionsWith()))
})

lock('who waits for others is refused while one is at work, and goes on when it has ended', async () => {
  const waiting = optionsWith({ waitMs: 60_000 })
  await withLock(optionsWith(), async () => {
    assert.is(((await refusalOf(waitForOthers(optionsWith()))) as InfraError).exitCode, 6)
    assert.is(((await refusalOf(waitForOthers(waiting))) as InfraError).exitCode, 6)
  })
  assert.is(waiting.said.length, 12)
  await waitForOthers(optionsWith())
})

lock('with time to wait it waits, says so, and gets it', async () => {
  const waiting = optionsWith({ waitMs: 60_000 })
  let release = (): void => undefined
  const first = withLock(
    optionsWith(),
    () =>
      new Promise<void>((resolve) => {
        release = resolve
      }),
  )
  const sleep = waiting.clock.sleep
  const second = withLock(
    {
      ...waiting,
      clock: {
        ...waiting.clock,
        sleep: async (ms) => {
          release()
          await first
          await sleep(ms)
        },
      },
    },
    async () => 'worked',
  )
  assert.is(await second, 'worked')
  assert.match(waiting.said.join(), /Waits: deploy-infra is at work, since /)
})

lock('a lock that has run out is taken over, saying whose it was', async () => {
  const { hcloud } = optionsWith()
  const labels = {
    project: 'example',
    user: 'ann',
    host: 'elsewhere',
    pid: '7',
    operation: 'deploy-infra',
    expires: '1000',
  }
  await hcloud.placementGroups.create({ name: 'example-lock', type: 'spread', labels })
  const options = optionsWith()
  await withLock(options, async () => undefined)
  assert.match(options.said.join(), /stale lock of ann@elsewhere \(pid 7\), running deploy-infra/)
})

const hour = 3_600_000

/** Has the lock held with other labels than its holder's while `work` runs. */
const withLabels = async (labels: Readonly<Record<string, string>>, work: () => Promise<unknown>): Promise<void> => {
  const { hcloud } = optionsWith()
  await withLock(optionsWith(), async () => {
    const held = await group()
    const expires = String(Math.ceil((Date.now() + hour) / 1000))
    await hcloud.placementGroups.update(held?.id ?? 0, { labels: { ...held?.labels, expires, ...labels } })
    await work()
  })
}

// beyond every limit of Linux: nobody has it
const deadPid = '99999999'

lock('a lock whose process on this machine is dead is taken over at once', async () => {
  await withLabels({ pid: deadPid }, () => withLock(optionsWith(), async () => undefined))
})

lock('a pid of a container or of another boot says nothing of its process, whatever the host is called', async () => {
  for (const pids of ['0123456789abcdef', '']) {
    await withLabels({ pid: deadPid, pids }, async () => {
      const error = await refusalOf(withLock(optionsWith(), async () => undefined))
      assert.is((error as InfraError).exitCode, 6)
    })
  }
})

lock('a computer whose clock is wrong neither takes over a live lock nor leaves one that never ends', async () => {
  for (const skewMs of [hour, -hour]) {
    const skewed = fastClock()
    skewed.pass(skewMs)
    const hcloud = createHcloud({ endpoint: cloud.endpoint, token: 't', clock: skewed })
    await hcloud.locations.list()
    await withLock(optionsWith({ hcloud, clock: skewed }), async () => {
      const ends = Number((await group())?.labels.expires) * 1000 - Date.now()
      assert.ok(ends > 60_000 && ends < 120_000, `it ends in ${ends} ms`)
    })
    await withLock(optionsWith(), async () => {
      const error = await refusalOf(withLock(optionsWith({ hcloud, clock: skewed }), async () => undefined))
      assert.is((error as InfraError).exitCode, 6)
    })
  }
})

lock('a run that cannot renew its lock stops before it runs out', async () => {
  const clock = fastClock()
  const hcloud = createHcloud({ endpoint: cloud.endpoint, token: 't', clock })
  const failing = {
    ...hcloud,
    placementGroups: { ...hcloud.placementGroups, update: () => Promise.reject(new Error('no way to the cloud')) },
  }
  const error = await refusalOf(
    withLock(optionsWith({ hcloud: failing, clock, heartbeatMs: 5 }), async (signal) => {
      clock.pass(60_000)
      await new Promise((resolve) => setTimeout(resolve, 50))
      assert.not(signal.aborted, 'stopped while there was time')
      clock.pass(20_000)
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      signal.throwIfAborted()
    }),
  )
  assert.match(String(error), /could not be renewed/)
})

lock('waits with pauses for a name that is taken by what is not listed, and not for ever', async () => {
  const clock = fastClock()
  const startedAt = clock.now()
  const { hcloud } = optionsWith()
  const unlisted = { ...hcloud, placementGroups: { ...hcloud.placementGroups, find: async () => undefined } }
  await withLock(optionsWith(), async () => {
    const error = await refusalOf(withLock(optionsWith({ hcloud: unlisted, clock }), async () => undefined))
    assert.is((error as InfraError).exitCode, 6)
    assert.match(String(error), /lists nothing that has it/)
  })
  assert.ok(clock.now() - startedAt >= 30_000)
})

lock('somebody else’s placement group of that name is not touched', async () => {
  const { hcloud } = optionsWith()
  const stranger = await hcloud.placementGroups.create({ name: 'example-lock', type: 'spread' })
  assert.match(String(await refusalOf(withLock(optionsWith(), async () => undefined))), /is not a lock/)
  assert.is((await group())?.id, stranger.id)
  await hcloud.placementGroups.delete(stranger.id)
})

lock.run()
