import type { Teller } from './teller.ts'

const quiet = async (): Promise<void> => undefined

/** A teller of looks alone, whatever opens or closes. */
export const lookTeller = ({ name, timeoutMs, looked }: Pick<Teller, 'name' | 'timeoutMs' | 'looked'>): Teller => ({
  name,
  timeoutMs,
  opened: quiet,
  changed: quiet,
  closed: quiet,
  looked,
})
