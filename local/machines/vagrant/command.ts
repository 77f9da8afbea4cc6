import { readFile, rm } from 'node:fs/promises'
import { InfraError } from '../../../lib/errors.ts'
import { exists } from '../../host/exists.ts'
import { runShell } from '../../host/run.ts'
import { describeFailure } from './answer.ts'
import type { Driver } from './driver.ts'
import { endMarkedText, markOf } from './orphans.ts'
import { type VagrantPlaces, vagrantFiles } from './places.ts'
import { runInSandbox } from './sandbox.ts'

/**
 * Has Vagrant work on one machine, in its directory.
 * @param after shell text for when it has done so
 * @throws InfraError with what Vagrant said
 */
const vagrant = async (driver: Driver, id: number, command: string, after = ''): Promise<void> => {
  const files = vagrantFiles(driver.sandbox.places, id)
  await rm(files.answer, { force: true })
  const script = `cd ${files.directory}
keep() { cat ${files.answer} >>${files.log}; }
trap keep EXIT
vagrant ${command} --machine-readable </dev/null >${files.answer} 2>&1
${after}`
  try {
    const locked = ['flock', '--close', files.lock, 'sh', '-ec', script]
    await runInSandbox(driver.sandbox, [
      'env',
      markOf(files.directory),
      `LXC_START_LOG_FILE=${files.bootLog}`,
      ...locked,
    ])
  } catch (cause) {
    const answer = await readFile(files.answer, 'utf8').catch(() => '')
    const reason = answer === '' && cause instanceof Error ? cause.message : describeFailure(answer)
    throw new InfraError(`Vagrant failed with machine ${id}: ${reason}`, {
      hint: `What Vagrant and the machine said is in ${files.directory}`,
      cause,
    })
  }
}

/** Makes a machine of its Vagrantfile and boots it. */
export const makeMachine = (driver: Driver, id: number): Promise<void> =>
  vagrant(driver, id, `up --provider=${driver.provider}`, `touch ${vagrantFiles(driver.sandbox.places, id).made}`)

/** Removes a machine, complete or not, all but its directory; and who still works on it ends. */
export const clearMachine = async (driver: Driver, id: number): Promise<void> => {
  const files = vagrantFiles(driver.sandbox.places, id)
  await runShell(endMarkedText(files.directory))
  await rm(files.made, { force: true })
  await driver.cutPower(id)
  if (await exists(`${files.directory}/.vagrant`)) {
    // it gives up on half a machine; the sweep leaves nothing in any case
    await vagrant(driver, id, 'destroy --force').catch(() => {})
  }
  await driver.sweep(id)
  await rm(`${files.directory}/.vagrant`, { recursive: true, force: true })
}

/** Ends and removes what all machines used, after the last of them. */
export const closePlaces = async ({ directory }: VagrantPlaces): Promise<void> => {
  await runShell(endMarkedText(directory))
  await rm(directory, { recursive: true, force: true })
}
