import { systemClock } from '../clock.ts'
import { type LoadOptions, type LocalSettings, loadTellerSecrets } from '../config/load.ts'
import { type ExitCode, InfraError } from '../errors.ts'
import { untilHangup } from '../hangup.ts'
import { withLiveView } from '../live-view.ts'
import { paceOf } from '../pace.ts'
import { type CheckDnsOptions, checkDns } from '../tasks/check-dns/check-dns.ts'
import { createProgress } from '../tasks/check-dns/progress.ts'
import type { World } from '../tasks/world.ts'
import { createDelivery, type Deliver } from '../tell/deliver.ts'
import { calmLooks } from '../tell/github.ts'
import { createLines } from '../tell/lines.ts'
import { createLive } from '../tell/live.ts'
import { createNdjson } from '../tell/ndjson.ts'
import { type TellOptions, withTellers } from '../tell/open-tellers.ts'
import type { Teller } from '../tell/teller.ts'
import { canDraw } from '../terminal.ts'
import type { Rules } from '../watch/incidents.ts'
import { findLink } from '../watch/link.ts'
import { watch } from '../watch/watch.ts'

interface WatchDnsOptions extends CheckDnsOptions, LoadOptions, TellOptions {
  /** From look to look, in milliseconds. */
  readonly watch: number
  /** After which it ends. */
  readonly looks?: number | undefined
  /** Two of three without. */
  readonly confirm?: Rules | undefined
  /** Questions a second. */
  readonly rate?: number | undefined
  readonly json?: true | undefined
}

const usualRules: Rules = { needed: 2, of: 3 }

const printTo =
  (stream: NodeJS.WriteStream) =>
  (line: string): void =>
    void stream.write(`${line}\n`)

/**
 * check-dns again and again, with incidents told to whoever the options name.
 * @param more tellers besides those.
 * @returns 1 when the last of so many looks could not be told to everybody, 3 when incidents are open at the end, else 8 when the last look
 * was not right in all, else 0.
 * @throws InfraError (exit code 2) for options and zone files that cannot be.
 */
export const watchDns = async (
  from: World | LocalSettings,
  options: WatchDnsOptions,
  signal: AbortSignal,
  more: readonly Teller[] = [],
): Promise<ExitCode> => {
  const rules = options.confirm ?? usualRules
  requireEnoughLooks(options, rules)
  const settings = 'settings' in from ? from.settings : from
  const clock = 'clock' in from ? from.clock : systemClock
  const pace = paceOf(options.rate, clock)
  const progress = createProgress(() => undefined)
  const secrets = loadTellerSecrets(options)
  const look = (deliver: Deliver) => (ended: AbortSignal) =>
    watch({
      clock,
      everyMs: options.watch,
      looks: options.looks,
      rules,
      signal: ended,
      look: (limit) => checkDns(from, options, { progress, signal: limit, pace }),
      isLinkUp: (report, limit) => findLink(report, { roots: settings.environment.rootServers, signal: limit, pace }),
      deliver,
    })
  return withTellers(
    options,
    { clock, project: settings.config.project, secrets, say: printTo(process.stderr) },
    (tellers) =>
      untilHangup(signal, (ended) =>
        withDisplay(options, (shown, say) => look(createDelivery([shown, ...tellers, ...more], say))(ended)),
      ),
  )
}

/** Fewer could not agree on an incident, or close the issue that an earlier watch has left open. */
const requireEnoughLooks = ({ looks, github }: WatchDnsOptions, { of }: Rules): void => {
  const least = github === undefined ? of : Math.max(of, calmLooks)
  if (looks === undefined || looks >= least) return
  throw new InfraError(`--looks ${looks} are too few`, {
    exitCode: 2,
    hint: `Incidents and their end are known after so many: --looks ${least}`,
  })
}

/** A view where there is a terminal, else lines. */
const withDisplay = async <T>(
  { json }: WatchDnsOptions,
  work: (shown: Teller, say: (text: string) => void) => Promise<T>,
): Promise<T> => {
  const print = printTo(process.stdout)
  if (json) return work(createNdjson(print), printTo(process.stderr))
  if (!canDraw(process.stdout)) return work(createLines(print), printTo(process.stderr))
  return withLiveView(process.stdout, (view) => work(createLive(view), view.notice))
}
