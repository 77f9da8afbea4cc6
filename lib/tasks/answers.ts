import { mapBounded } from '../bounded.ts'
import { query } from '../dns/query.ts'
import { describeReply } from '../dns/wire/reply.ts'
import type { FleetServer } from '../fleet/server.ts'
import type { Answer } from '../report/summary.ts'
import { clientTargetsOf } from './addresses.ts'
import type { World } from './world.ts'

const timeoutMs = 2000
/** Each holds a socket; and an lb limits what one address may ask in a second. */
const openAtOnce = 64

/** Asks every address of these lbs for the SOA of every zone, over UDP and TCP: which generation answers now. */
export const askWhoAnswers = async (
  world: World,
  zones: readonly string[],
  lbs: readonly FleetServer[],
): Promise<readonly Answer[]> => {
  const targets = await clientTargetsOf(world, lbs)
  const questions = targets.flatMap((target) =>
    zones.flatMap((zone) => (['udp', 'tcp'] as const).map((transport) => ({ target, zone, transport }))),
  )
  return mapBounded(questions, openAtOnce, async ({ target, zone, transport }): Promise<Answer> => {
    const about = { lb: target.name, address: target.address, transport, zone }
    const reply = await query(target, { name: zone, type: 'SOA', transport }, { timeoutMs })
    if (reply.kind !== 'answered' || !reply.aa || reply.serial === null) {
      return { ...about, fault: describeReply(reply), serial: undefined, nsid: undefined }
    }
    return { ...about, fault: undefined, serial: reply.serial, nsid: reply.nsid ?? undefined }
  })
}
