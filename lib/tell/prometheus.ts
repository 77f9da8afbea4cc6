import { chmod, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../errors.ts'
import { lookTeller } from './look-teller.ts'
import { describeMetrics } from './metrics.ts'
import type { Teller } from './teller.ts'

const timeoutMs = 10_000

/**
 * Writes each look into a file for the textfile collector of node_exporter.
 * @throws InfraError (exit code 2) when the file cannot be one.
 */
export const createPrometheusFile = async (file: string): Promise<Teller> => {
  const folder = path.dirname(path.resolve(file))
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!file.endsWith('.prom') || !isFolder) {
    throw new InfraError(`--prometheus: ${file} cannot be written`, {
      exitCode: 2,
      hint: 'Its name has to end in .prom, and its folder has to be there, such as /var/lib/prometheus/node-exporter/dns.prom',
    })
  }
  return lookTeller({
    name: 'prometheus',
    timeoutMs,
    looked: async (look) => replaceFile(file, await describeMetrics(look)),
  })
}

/** The collector reads every file that ends in .prom, hidden ones too, as another user, and at any moment. */
const replaceFile = async (file: string, text: string): Promise<void> => {
  const temporary = `${file}.${process.pid}`
  try {
    await writeFile(temporary, text)
    await chmod(temporary, 0o644)
    await rename(temporary, file)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Hands the metrics of each look to whoever serves them. */
export const createPrometheusPage = (show: (text: string) => void): Teller =>
  lookTeller({ name: 'listen', timeoutMs, looked: async (look) => show(await describeMetrics(look)) })
