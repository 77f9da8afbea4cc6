import { userInfo } from 'node:os'
import { projectLabels, projectSelector } from '../fleet/labels.ts'
import type { SshKey } from '../hcloud/types.ts'
import { rawPublicKey } from '../ssh/known-hosts.ts'
import type { World } from './world.ts'

/** The operator's key as the cloud knows it, whoever registered it: the cloud refuses the same key twice. */
export const findRegisteredKey = async ({ hcloud, settings }: World): Promise<SshKey | undefined> => {
  const own = rawPublicKey(settings.environment.sshPublicKey)
  return (await hcloud.sshKeys.list()).find((key) => rawPublicKey(key.public_key) === own)
}

/** Registers the operator's key, unless the cloud knows it already: then it is somebody else's to label and delete. */
export const ensureRegisteredKey = async (world: World): Promise<void> => {
  if (await findRegisteredKey(world)) return
  const { config, environment } = world.settings
  const tail = rawPublicKey(environment.sshPublicKey)
    .slice(-8)
    .replace(/[^A-Za-z0-9]/g, '0')
  await world.hcloud.sshKeys.create({
    name: `${config.project}-${userInfo().username}-${tail}`,
    public_key: environment.sshPublicKey,
    labels: projectLabels(config.project),
  })
}

/** Ids of the keys that new servers let in: this operator's, and every other's that ran bootstrap-infra. */
export const projectKeyIds = async (world: World): Promise<readonly number[]> => {
  const selector = projectSelector(world.settings.config.project)
  const [own, shared] = await Promise.all([
    findRegisteredKey(world),
    world.hcloud.sshKeys.list({ labelSelector: selector }),
  ])
  return [...new Set([...(own ? [own.id] : []), ...shared.map((key) => key.id)])]
}
