import { InfraError } from '../../../lib/errors.ts'
import { runOrFail } from '../../host/run.ts'

export interface AptSources {
  /** One-line sources of the Debian 12 archives this computer uses itself. */
  readonly sources: readonly string[]
  /** The settings without which apt would refuse those archives. */
  readonly options: readonly string[]
}

const format = '$(IDENTIFIER)|$(LABEL)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)'

/** Reads which mirror this computer's apt uses for Debian 12, so that no mirror is named in the repository. */
export const readAptSources = async (): Promise<AptSources> => {
  const targets = await runOrFail(['apt-get', 'indextargets', '--format', format])
  const sources = sourcesOf(targets)
  if (!sources.some((line) => line.includes(' bookworm main'))) {
    throw new InfraError(
      'The apt of this computer has no lists of Debian 12 (bookworm), of which the machines are made',
      {
        hint: 'Add the archive to /etc/apt/sources.list.d (with `Signed-By`), then run `apt-get update`.',
      },
    )
  }
  return { sources, options: optionsOf(await runOrFail(['apt-config', 'dump'])) }
}

/** One-line sources from the lines of `apt-get indextargets`; archives of anybody but Debian are left out. */
export const sourcesOf = (targets: string): readonly string[] => {
  const lines = targets
    .split('\n')
    .map((line) => line.split('|'))
    .filter(
      ([kind, label = '', , release = '']) => kind === 'Packages' && /^Debian/.test(label) && /^bookworm/.test(release),
    )
    .filter(([, , , , component]) => component === 'main')
    .map(([, , uri = '', release = '', component = '']) => `deb ${cacheable(uri)} ${release} ${component}`)
  return [...new Set(lines)]
}

/** apt-cacher-ng keeps what it fetches over TLS only when it is asked in this way. */
const cacheable = (uri: string): string => uri.replace(/^https:\/\//, 'http://HTTPS///').replace(/\/$/, '')

const carriedOver = ['Acquire::Check-Valid-Until', 'Acquire::Check-Date']

/** A frozen mirror has outlived its signatures' dates; whoever uses one has told apt so. */
export const optionsOf = (dump: string): readonly string[] =>
  dump.split('\n').filter((line) => carriedOver.some((key) => line.startsWith(`${key} `)))
