import { InfraError } from '../errors.ts'
import type { Registrar } from './driver.ts'
import { describeGlueChange } from './instructions.ts'
import { describeKeyChange } from './key-instructions.ts'

const name = 'your registrar'

/** A person at a web page. What is to be done there can be told, and is seen at the parents when it is done. */
export const createManual = (): Registrar => ({
  name,
  isManual: true,
  read: async () => undefined,
  setGlue: async (_domain, host) => {
    throw cannot(`set the glue of ${host}`)
  },
  setNameservers: async (domain) => {
    throw cannot(`set the nameservers of ${domain}`)
  },
  readKeys: async () => undefined,
  addKey: async (domain) => {
    throw cannot(`add a key of ${domain}`)
  },
  removeKey: async (domain) => {
    throw cannot(`remove a key of ${domain}`)
  },
  instructions: (domain, host, change) => describeGlueChange({ domain, host, ...change, registrar: name }),
  keyInstructions: (domain, change) => describeKeyChange({ domain, ...change, registrar: name }),
})

const cannot = (what: string): InfraError =>
  new InfraError(`No registrar with an API is configured that could ${what}`, {
    hint: 'Enter it at your registrar yourself, or name a registrar in infra.config.ts (registrar) and its credentials in the environment.',
    exitCode: 2,
  })
