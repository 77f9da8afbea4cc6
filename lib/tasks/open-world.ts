import { systemClock } from '../clock.ts'
import { type LoadOptions, loadSettings } from '../config/load.ts'
import { createHcloud } from '../hcloud/client.ts'
import { createSsh } from '../ssh/ssh.ts'
import type { World } from './world.ts'

/**
 * Loads config and environment, and runs `work` with connections to the cloud they name.
 * @param say told when the cloud makes us wait, such as for its rate limit.
 */
export const withWorld = async <T>(
  options: LoadOptions & { readonly say: (text: string) => void },
  work: (world: World) => Promise<T>,
): Promise<T> => {
  const settings = await loadSettings(options)
  const { endpoint, token, sshPublicKeyFile } = settings.environment
  const hcloud = createHcloud({ endpoint, token, clock: systemClock, onWait: options.say })
  const ssh = await createSsh(sshPublicKeyFile)
  try {
    return await work({ settings, hcloud, ssh, clock: systemClock })
  } finally {
    await ssh.close()
  }
}
