import { InfraError } from '../errors.ts'
import type { Registrar } from './driver.ts'
import { describeGlueChange } from './instructions.ts'

/** A person at a web page. What is to be done there can be told, and is seen at the parents when it is done. */
export const createManual = (): Registrar => ({
  name: 'your registrar',
  isManual: true,
  read: async () => undefined,
  setGlue: async (_domain, host) => {
    throw cannot(`set the glue of ${host}`)
  },
  setNameservers: async (domain) => {
    throw cannot(`set the nameservers of ${domain}`)
  },
  instructions: (domain, host, change) => describeGlueChange({ domain, host, ...change, registrar: 'your registrar' }),
})

const cannot = (what: string): InfraError =>
  new InfraError(`No registrar with an API is configured that could ${what}`, {
    hint: 'Enter it at your registrar yourself, or name a registrar in infra.config.ts (registrar) and its credentials in the environment.',
    exitCode: 2,
  })
