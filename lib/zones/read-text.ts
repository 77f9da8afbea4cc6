import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { inScratch } from '../scratch.ts'
import { gateCommand } from './commands.ts'
import { readRawZone } from './raw.ts'
import type { RRset } from './rrset.ts'
import { runTool } from './tool.ts'

/**
 * The records of a finished master file, such as a nameserver has.
 * @param origin `example.test.`
 * @returns why BIND refuses it, if so.
 * @throws InfraError (exit code 2) when named-compilezone is not installed.
 */
export const readZoneText = (origin: string, text: string): Promise<readonly RRset[] | string> =>
  inScratch('zone-text-', async (folder) => {
    const file = path.join(folder, 'db')
    await writeFile(file, text)
    const { ok, stdout, messages } = await runTool(gateCommand(origin, file), folder)
    return ok ? readRawZone(stdout) : `BIND refuses it: ${messages.join(' / ').replaceAll(`${file}:`, 'line ')}`
  })
