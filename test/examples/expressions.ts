import { readFileSync } from 'node:fs'
import path from 'node:path'

export const examplesFolder = path.resolve(import.meta.dirname, '../../examples/watch')
export const readExample = (name: string): string => readFileSync(path.join(examplesFolder, name), 'utf8')

interface Dashboard {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[]
}

/** All that the dashboard asks Prometheus. */
export const dashboardExpressions = (): readonly string[] => {
  const { panels } = JSON.parse(readExample('dashboard.json')) as Dashboard
  return panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
}
