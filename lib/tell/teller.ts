import type { CheckReport } from '../report/check-dns.ts'
import type { Incident } from '../watch/incidents.ts'

/** What one look came to. */
export interface Look {
  /** When it began; milliseconds since the Unix epoch. */
  readonly at: number
  readonly tookMs: number
  /** Undefined when there is none: it was cut off, or could not even begin. */
  readonly report: CheckReport | undefined
  /** Sentences for whoever watches, such as that it took too long. */
  readonly remarks: readonly string[]
  /** False when nobody at all answered, not even the root servers: that is this computer's own way out, and no outage. */
  readonly isLinkUp: boolean
  /** All that are open after it, oldest first. */
  readonly open: readonly Incident[]
}

/** Whether it saw anything. With looks that saw nothing, nobody watches. */
export const isMeasured = ({ report, isLinkUp }: Look): boolean => isLinkUp && report !== undefined

interface Limited {
  /** Aborted when the time of the teller is up. */
  readonly signal: AbortSignal
}

export interface TellOptions extends Limited {
  /** When it was seen, the same for each try; milliseconds since the Unix epoch. */
  readonly at: number
}

/**
 * Somebody who is told of incidents. One that fails throws, and is told the same again after the next look; what it does has to be harmless
 * twice.
 */
export interface Teller {
  /** As in its option: `webhook`. */
  readonly name: string
  /** For all that there is to tell after a look. */
  readonly timeoutMs: number
  opened(incident: Incident, options: TellOptions): Promise<void>
  changed(incident: Incident, options: TellOptions): Promise<void>
  closed(incident: Incident, options: TellOptions): Promise<void>
  /** After each look, and after the incidents of it. */
  looked(look: Look, options: Limited): Promise<void>
}
