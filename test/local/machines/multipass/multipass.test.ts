import { access, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { InfraError } from '../../../../lib/errors.ts'
import { runProgram } from '../../../../lib/outside/program.ts'
import { withLaunchLock } from '../../../../local/machines/multipass/launch-lock.ts'
import { createMultipass } from '../../../../local/machines/multipass/multipass.ts'
import type { Hypervisor } from '../../../../local/machines/virtual/hypervisor.ts'
import { createScripted, type Scripted } from './scripted.ts'

const test = suite('local/machines/multipass/multipass')

/** Time passes only while somebody sleeps. */
const quickClock = () => {
  let now = 0
  return {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms
    },
  }
}

type Work = (multipass: Hypervisor, scripted: Scripted) => Promise<void>

const scenario = (title: string, cases: string, work: Work): void => {
  test(title, async () => {
    const scripted = await createScripted(cases)
    const { layout, program } = scripted
    try {
      await work(createMultipass({ layout, program, clock: quickClock(), image: 'file:///debian.qcow2' }), scripted)
    } finally {
      await scripted.clean()
    }
  })
}

const machineOf = ({ name }: Scripted) => ({
  id: 7,
  name,
  publicMac: '96:00:00:00:00:07',
  privateMac: '8a:00:00:00:00:07',
})

const failureOf = async (work: Promise<unknown>): Promise<InfraError> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.instance(error, InfraError)
  return error as InfraError
}

const execOf = ({ name }: Scripted): string => `exec ${name} -- sudo sh -es`

/** As after a launch that went well. */
const setMade = async ({ layout }: Scripted): Promise<void> => {
  const directory = path.join(layout.stateDir, 'multipass/7')
  await mkdir(directory, { recursive: true })
  await writeFile(path.join(directory, 'made'), '')
}

const hasFiles = ({ layout }: Scripted): Promise<boolean> =>
  access(path.join(layout.stateDir, 'multipass')).then(
    () => true,
    () => false,
  )

scenario(
  'launches a machine with two cards, once, and waits until commands can be run',
  '',
  async (multipass, scripted) => {
    const { layout, name } = scripted
    assert.is(await multipass.state(7), 'absent')
    await multipass.start(machineOf(scripted))
    await multipass.start(machineOf(scripted))
    assert.is(await multipass.state(7), 'running')
    const launch = [
      `launch --name ${name} --cpus 1 --memory 512M --disk 4G --timeout 900`,
      `--network name=${layout.namespace}-p,mode=manual,mac=96:00:00:00:00:07`,
      `--network name=${layout.namespace}-v,mode=manual,mac=8a:00:00:00:00:07`,
      '--cloud-init - file:///debian.qcow2',
    ]
    assert.equal(await scripted.asked(), [launch.join(' '), execOf(scripted), execOf(scripted)])
  },
)

scenario(
  'tells cloud-init not to look for the seed of Multipass again',
  'exec*) echo said ;;',
  async (multipass, scripted) => {
    await multipass.start(machineOf(scripted))
    assert.match(await scripted.input(), /^#cloud-config\n[\s\S]*cloud\.cfg\.d[\s\S]*NoCloud: { fs_label: null }/)
  },
)

scenario(
  'says why a launch failed and what to do, and leaves nothing of it',
  `launch*) echo Unknown >state; echo 'launch failed: Invalid arguments supplied
Invalid network options supplied' >&2; exit 2 ;;`,
  async (multipass, scripted) => {
    const { message, hint } = await failureOf(multipass.start(machineOf(scripted)))
    assert.is(
      message,
      'multipass launch failed (2): launch failed: Invalid arguments supplied / Invalid network options supplied',
    )
    assert.match(hint ?? '', /multipass networks/)
    assert.is(await scripted.state(), undefined)
    assert.equal((await scripted.asked()).slice(1), [
      `stop --force ${scripted.name}`,
      `delete --purge ${scripted.name}`,
    ])
    assert.equal(await multipass.list(), [7])
    await multipass.destroy(7)
    assert.equal(await multipass.list(), [])
    assert.not(await hasFiles(scripted))
  },
)

for (const state of ['Unknown', 'Running', 'Stopped', 'Deleted']) {
  scenario(`makes a machine anew whose launch was cut off and left it ${state}`, '', async (multipass, scripted) => {
    await scripted.setState(state)
    await multipass.start(machineOf(scripted))
    const asked = (await scripted.asked()).map((line) => line.split(' ').slice(0, 2).join(' '))
    assert.equal(
      asked.filter((line) => line !== 'stop --force'),
      ['delete --purge', 'launch --name', `exec ${scripted.name}`],
    )
  })
}

scenario(
  'lets a launch come to its end that another process has begun, and then makes the machine anew',
  `list*)
  echo . >>looks
  [ "$(wc -l <looks)" -lt 4 ] || [ "$(cat state 2>/dev/null)" != Starting ] || echo Running >state
  state=$(cat state 2>/dev/null) && echo "{\\"list\\":[{\\"name\\":\\"$(cat name)\\",\\"state\\":\\"$state\\"}]}" || echo '{"list":[]}' ;;`,
  async (multipass, scripted) => {
    await writeFile(path.join(path.dirname(scripted.program), 'name'), scripted.name)
    await scripted.setState('Starting')
    await multipass.start(machineOf(scripted))
    assert.is((await scripted.asked())[0], `stop --force ${scripted.name}`)
  },
)

scenario('starts a machine that is off', '', async (multipass, scripted) => {
  await setMade(scripted)
  await scripted.setState('Stopped')
  assert.is(await multipass.state(7), 'off')
  await multipass.start(machineOf(scripted))
  assert.equal(await scripted.asked(), [`start ${scripted.name}`, execOf(scripted)])
})

scenario('keeps the disk of a machine that was made, whatever happened to it', '', async (multipass, scripted) => {
  await setMade(scripted)
  await scripted.setState('Deleted')
  await multipass.start(machineOf(scripted))
  await scripted.setState('Unknown')
  assert.is(await multipass.state(7), 'off')
  await multipass.start(machineOf(scripted))
  const { name } = scripted
  const exec = execOf(scripted)
  const asked = [`recover ${name}`, `start ${name}`, exec, `stop --force ${name}`, `start ${name}`, exec]
  assert.equal(await scripted.asked(), asked)
})

scenario('does not put an empty machine in the place of one that somebody removed', '', async (multipass, scripted) => {
  await setMade(scripted)
  const { message, hint } = await failureOf(multipass.start(machineOf(scripted)))
  assert.match(message, /is gone: somebody removed it from Multipass/)
  assert.match(hint ?? '', /make it anew/)
  await multipass.destroy(7)
  assert.not(await hasFiles(scripted))
})

scenario('stops what runs, gently or not, and lets the rest be', '', async (multipass, scripted) => {
  for (const state of [undefined, 'Stopped', 'Deleted', 'Suspended']) {
    await scripted.setState(state)
    assert.ok(await multipass.shutdown(7, { timeoutMs: 1000 }))
    await multipass.stop(7)
  }
  assert.equal(await scripted.asked(), [])
  await scripted.setState('Running')
  assert.ok(await multipass.shutdown(7, { timeoutMs: 1000 }))
  await scripted.setState('Running')
  await multipass.stop(7)
  assert.equal(await scripted.asked(), [`stop ${scripted.name}`, `stop --force ${scripted.name}`])
})

scenario(
  'gives up a machine that does not power off in time',
  'stop*) exec sleep 20 ;;',
  async (multipass, scripted) => {
    await scripted.setState('Running')
    assert.not(await multipass.shutdown(7, { timeoutMs: 300 }))
  },
)

scenario(
  'asks the system inside where the power cannot be cut, as before 1.14',
  `'stop --force') echo "Unknown option 'force'." >&2; exit 1 ;;`,
  async (multipass, scripted) => {
    await scripted.setState('Running')
    await multipass.stop(7)
    assert.is(await scripted.state(), 'Stopped')
  },
)

scenario(
  'says why the power could not be cut',
  'stop*) echo "stop failed: x" >&2; exit 2 ;;',
  async (multipass, scripted) => {
    await scripted.setState('Running')
    assert.is((await failureOf(multipass.stop(7))).message, 'multipass stop failed (2): stop failed: x')
  },
)

scenario('runs text inside as root', '', async (multipass, scripted) => {
  await scripted.setState('Running')
  assert.is(await multipass.run(7, 'echo said\n'), 'said\n')
  assert.is(await scripted.input(), 'echo said')
})

scenario(
  'says what failed inside',
  'exec*) echo out; echo "sh: 1: x: not found" >&2; exit 127 ;;',
  async (multipass, scripted) => {
    await scripted.setState('Running')
    const { message } = await failureOf(multipass.run(7, 'x'))
    assert.is(message, `sh in ${scripted.name} failed (127): sh: 1: x: not found`)
  },
)

scenario(
  'says what to do when a machine cannot be reached',
  "exec*) echo 'exec failed: ssh connection failed: Connection refused' >&2; exit 2 ;;",
  async (multipass, scripted) => {
    await scripted.setState('Running')
    const { message, hint } = await failureOf(multipass.run(7, 'x'))
    assert.match(message, /failed \(2\): exec failed: ssh connection failed/)
    assert.match(hint ?? '', /operatorNetworks/)
  },
)

scenario('runs nothing in a machine that is off, which would start it', '', async (multipass, scripted) => {
  for (const state of ['Stopped', 'Deleted', 'Starting', undefined]) {
    await scripted.setState(state)
    assert.match(
      (await failureOf(multipass.run(7, 'true'))).message,
      /does not run: it is (Stopped|Deleted|Starting|not)/,
    )
  }
  assert.equal(await scripted.asked(), [])
})

scenario(
  'knows its machines by their names, also when its files are lost, and no others',
  '',
  async (multipass, scripted) => {
    await scripted.setState('Unknown')
    assert.equal(await multipass.list(), [7])
    await multipass.destroy(7)
    assert.equal(await multipass.list(), [])
    await scripted.setState('Deleted')
    assert.equal(await multipass.list(), [7])
    await multipass.destroy(7)
    await multipass.destroy(7)
    assert.equal(await multipass.list(), [])
  },
)

scenario(
  'does not take silence for the absence of machines',
  'list*) echo "list failed: cannot connect to the multipass socket" >&2; exit 2 ;;',
  async (multipass) => {
    for (const work of [() => multipass.list(), () => multipass.state(7), () => multipass.destroy(7)]) {
      const { message, hint } = await failureOf(work())
      assert.is(message, 'multipass list failed (2): list failed: cannot connect to the multipass socket')
      assert.match(hint ?? '', /snap restart multipass/)
    }
  },
)

scenario('says that a delete did not help', 'delete*) ;;', async (multipass, scripted) => {
  await scripted.setState('Stopped')
  assert.match((await failureOf(multipass.destroy(7))).message, /succeeded, and the machine is still there/)
})

scenario('says that there is no Multipass', '', async (_, { layout }) => {
  const { message, hint } = await failureOf(createMultipass({ layout, program: '/nowhere/multipass' }).list())
  assert.is(message, '/nowhere/multipass is not installed: there are no machines of Multipass')
  assert.match(hint ?? '', /--doctor/)
})

scenario(
  'launches one after the other, whoever asks',
  `launch*)
  cat >/dev/null
  mkdir launching || exit 9
  sleep 0.3
  rmdir launching
  echo "$3" >>names ;;
list*)
  touch names
  sed 's/.*/{"name":"&","state":"Running"}/' names | paste -sd, | sed 's/^/{"list":[/; s/$/]}/' ;;`,
  async (multipass, scripted) => {
    const other = createMultipass({ layout: scripted.layout, program: scripted.program, clock: quickClock() })
    const numbered = (id: number) => ({ ...machineOf(scripted), id, name: scripted.name.replace('m7', `m${id}`) })
    await Promise.all([multipass.start(numbered(7)), other.start(numbered(8)), multipass.start(numbered(9))])
    assert.equal(await other.list(), [7, 8, 9])
  },
)

scenario(
  'a launch goes on, and nobody else begins one, when who asked for it quits',
  'launch*) cat >/dev/null; touch begun; sleep 1; echo Running >state ;;',
  async (_, scripted) => {
    const folder = path.dirname(scripted.program)
    const module = path.resolve(import.meta.dirname, '../../../../local/machines/multipass/multipass.ts')
    const script = `import { existsSync } from 'node:fs'
      const { createMultipass } = await import('${module}')
      const layout = ${JSON.stringify(scripted.layout)}
      void createMultipass({ layout, program: '${scripted.program}' }).start(${JSON.stringify(machineOf(scripted))})
      setInterval(() => existsSync('${folder}/begun') && process.exit(5), 10)`
    const quit = await runProgram([process.execPath, '--import', 'tsx', '--input-type=module', '-e', script])
    assert.equal([quit.exitCode, await scripted.state()], [5, undefined])
    await withLaunchLock(async () => assert.is(await scripted.state(), 'Running'))
  },
)

test.run()
