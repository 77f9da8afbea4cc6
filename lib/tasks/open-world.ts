import { runPlaybook } from '../ansible/run.ts'
import { systemClock } from '../clock.ts'
import { type LoadOptions, loadSettings } from '../config/load.ts'
import { createHcloud } from '../hcloud/client.ts'
import { createSsh } from '../ssh/ssh.ts'
import type { World } from './world.ts'

/**
 * Loads config and environment, and runs `work` with connections to the cloud they name.
 * @param options `say` is told when the cloud makes us wait, such as for its rate limit; `signal` cuts requests short, which only
 * what changes nothing may do.
 */
export const withWorld = async <T>(
  options: LoadOptions & { readonly say: (text: string) => void; readonly signal?: AbortSignal },
  work: (world: World) => Promise<T>,
): Promise<T> => {
  const settings = await loadSettings(options)
  const { endpoint, token, sshPublicKeyFile } = settings.environment
  const signal = options.signal ? { signal: options.signal } : {}
  const hcloud = createHcloud({ endpoint, token, clock: systemClock, onWait: options.say, ...signal })
  const ssh = await createSsh(sshPublicKeyFile)
  try {
    return await work({ settings, hcloud, ssh, playbook: runPlaybook, clock: systemClock })
  } finally {
    await ssh.close()
  }
}
